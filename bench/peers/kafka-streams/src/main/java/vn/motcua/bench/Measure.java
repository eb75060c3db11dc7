package vn.motcua.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The same as bench/peers/measure.py: wall time and processor time from the first record to the end. */
final class Measure {
    private static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private record Mark(long nanos, long cpuNanos) {
        static Mark now() {
            return new Mark(System.nanoTime(), SYSTEM.getProcessCpuTime());
        }

        String seconds(Mark end) {
            return String.format(Locale.ROOT, "%.6f", (end.nanos - nanos) / 1e9);
        }

        String cpuSeconds(Mark end) {
            return String.format(Locale.ROOT, "%.6f", (end.cpuNanos - cpuNanos) / 1e9);
        }
    }

    private final String peer;
    private final long events;
    private final CountDownLatch complete = new CountDownLatch(1);
    private final Map<Integer, Long> lastOffsets = new HashMap<>();
    private long count;
    private long outputs;
    private Mark begin;
    private Mark half;

    Measure(String peer, long events) {
        this.peer = peer;
        this.events = events;
    }

    /** A record is about to be handled. Called by the one stream thread. */
    void take(int partition, long offset) {
        if (count == 0) {
            begin = Mark.now();
        }
        lastOffsets.put(partition, offset);
        if (++count == events / 2 + 1) {
            half = Mark.now();
        }
    }

    void countOutput() {
        outputs++;
    }

    /** Whether every record was taken; lets `awaitComplete` go on then. Called when a record is done. */
    boolean isComplete() {
        if (count < events) {
            return false;
        }
        complete.countDown();
        return true;
    }

    /** The last offset of each partition, when the last record is done. */
    Map<Integer, Long> awaitComplete() throws InterruptedException {
        complete.await();
        return lastOffsets;
    }

    /** Everything is done and acknowledged: print what was measured. */
    void finish() throws IOException {
        Mark end = Mark.now();
        System.out.println("{\"peer\":\"" + peer + "\",\"events\":" + count
            + ",\"seconds\":" + begin.seconds(end) + ",\"cpu_seconds\":" + begin.cpuSeconds(end)
            + ",\"second_half_seconds\":" + half.seconds(end)
            + ",\"second_half_cpu_seconds\":" + half.cpuSeconds(end)
            + ",\"max_rss_mb\":" + maxRssMb() + ",\"outputs\":" + outputs + "}");
        System.out.flush();
    }

    /** The most memory that this process ever had, in MiB; 0 where there is no /proc. */
    private static long maxRssMb() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmHWM"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
            .findFirst()
            .orElse(0);
    }
}
