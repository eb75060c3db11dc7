package vn.motcua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/** The simple fold, the same as bench/peers/fold.py. */
final class FoldProcessor implements Processor<String, byte[], String, byte[]> {
    static final String STORE = "dossiers";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long DAY = 86_400;
    private static final Set<String> ENDINGS = Set.of(
        "result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1");

    private final Measure measure;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, Dossier> dossiers;

    FoldProcessor(Measure measure) {
        this.measure = measure;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        this.dossiers = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> event) {
        RecordMetadata place = context.recordMetadata().orElseThrow();
        measure.take(place.partition(), place.offset());
        try {
            fold(event);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        if (measure.isComplete()) {
            context.commit();
        }
    }

    private void fold(Record<String, byte[]> event) throws IOException {
        String subject = event.key();
        Headers headers = event.headers();
        JsonNode value = MAPPER.readTree(event.value());
        Dossier dossier = dossiers.get(subject);
        if (dossier == null) {
            dossier = new Dossier();
        }
        long seq = Long.parseLong(text(headers, "ce_streamseq"));
        if (seq <= dossier.seq) {
            return;
        }
        dossier.seq = seq;
        String said = turn(dossier, text(headers, "ce_type"), text(headers, "ce_time"), value);
        dossiers.put(subject, dossier);
        if (said != null) {
            measure.countOutput();
            byte[] output = MAPPER.writeValueAsBytes(output(said, dossier, subject, headers));
            context.forward(new Record<>(subject, output, event.timestamp()));
        }
    }

    private static String turn(Dossier dossier, String type, String time, JsonNode value) {
        long at = OffsetDateTime.parse(time).toEpochSecond();
        if (type.equals("dossier-accepted.v1")) {
            dossier.acceptedAt = at;
            dossier.termDays = value.get("term").get("value").intValue();
            dossier.due = at + dossier.termDays * DAY;
            return "set";
        }
        if (type.equals("supplement-requested.v1")) {
            dossier.pausedAt = at;
        } else if (type.equals("supplement-completed.v1") && dossier.pausedAt != null) {
            dossier.due += at - dossier.pausedAt;
            dossier.pausedAt = null;
            return "moved";
        } else if (ENDINGS.contains(type) && !dossier.ended) {
            dossier.ended = true;
            return at <= dossier.due ? "met" : "late";
        }
        return null;
    }

    private static ObjectNode output(String said, Dossier dossier, String subject, Headers headers) {
        ObjectNode output = MAPPER.createObjectNode()
            .put("specversion", "1.0")
            .put("id", subject + "/" + dossier.seq)
            .put("source", "urn:motcua:bench:peer")
            .put("type", "bench-deadline-" + said + ".v1")
            .put("subject", subject)
            .put("time", text(headers, "ce_time"))
            .put("streamseq", dossier.seq)
            .put("openedon", text(headers, "ce_openedon"))
            .put("unitid", Long.parseLong(text(headers, "ce_unitid")))
            .put("dossiercode", text(headers, "ce_dossiercode"))
            .put("procedurecode", text(headers, "ce_procedurecode"))
            .put("causationid", text(headers, "ce_id"));
        output.putObject("data")
            .put("accepted_at", dossier.acceptedAt)
            .put("term_days", dossier.termDays)
            .put("due", dossier.due)
            .put("paused_at", dossier.pausedAt)
            .put("ended", dossier.ended);
        return output;
    }

    private static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
