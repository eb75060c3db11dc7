package vn.motcua.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Dossiers as JSON. */
final class DossierSerde implements Serde<Dossier> {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectReader READER = MAPPER.readerFor(Dossier.class);
    private static final ObjectWriter WRITER = MAPPER.writerFor(Dossier.class);

    @Override
    public Serializer<Dossier> serializer() {
        return (topic, dossier) -> {
            try {
                return dossier == null ? null : WRITER.writeValueAsBytes(dossier);
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        };
    }

    @Override
    public Deserializer<Dossier> deserializer() {
        return (topic, bytes) -> {
            try {
                return bytes == null ? null : READER.readValue(bytes);
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        };
    }
}
