namespace LogFlow.Processor;

/// <summary>What is known of a record batch that could not be decoded: its header could be read.</summary>
/// <param name="LastOffset">The offset of its last record; the dead letter's own is that of its first.</param>
/// <param name="Codec">How it says it is compressed, in Kafka's words: none, gzip, snappy, lz4, zstd.</param>
internal sealed record UndecodedBatch(long LastOffset, string Codec);
