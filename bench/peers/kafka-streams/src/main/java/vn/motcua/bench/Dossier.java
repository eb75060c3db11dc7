package vn.motcua.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is kept of one dossier; instants in seconds. */
final class Dossier {
    @JsonProperty("seq") long seq;
    @JsonProperty("accepted_at") Long acceptedAt;
    @JsonProperty("term_days") Integer termDays;
    @JsonProperty("paused_at") Long pausedAt;
    @JsonProperty("due") Long due;
    @JsonProperty("ended") boolean ended;
}
