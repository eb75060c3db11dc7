package vn.motcua.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.Stores;

/** `kafka_streams`: PEER BOOTSTRAP EVENTS GROUP FOLDER, as bench/peers/run.py writes them; prints one line of JSON. */
public final class Main {
    private static final String SOURCE = "dossier-events";
    private static final String OUT = "bench-out";
    private static final long POLL_MILLIS = 5;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[1];
        String group = arguments[3];
        Measure measure = new Measure(arguments[0], Long.parseLong(arguments[2]));
        KafkaStreams streams = new KafkaStreams(topology(measure), settings(bootstrap, group, arguments[4]));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            Runtime.getRuntime().halt(1);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            isCommitted(admin, group, Map.of()); // connects before anything is measured
            streams.start();
            Map<Integer, Long> done = measure.awaitComplete();
            // At-least-once commits offsets after the store's cache, the changelog and the outputs are acknowledged.
            while (!isCommitted(admin, group, done)) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
            measure.finish();
        }
        Runtime.getRuntime().halt(0);
    }

    private static Topology topology(Measure measure) {
        var store = Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(FoldProcessor.STORE), Serdes.String(), new DossierSerde());
        return new Topology()
            .addSource("events", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(), SOURCE)
            .addProcessor("fold", () -> new FoldProcessor(measure), "events")
            .addStateStore(store.withCachingEnabled(), "fold")
            .addSink("conclusions", OUT, Serdes.String().serializer(), Serdes.ByteArray().serializer(), "fold");
    }

    private static Properties settings(String bootstrap, String group, String folder) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        return settings;
    }

    private static boolean isCommitted(Admin admin, String group, Map<Integer, Long> done) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed =
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        Map<Integer, Long> next = new HashMap<>();
        committed.forEach((place, offset) -> next.put(place.partition(), offset.offset()));
        return done.entrySet().stream().allMatch(one -> next.getOrDefault(one.getKey(), 0L) > one.getValue());
    }
}
