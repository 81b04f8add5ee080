namespace LogFlow.Kafka.Client;

/// <summary>What is to be decoded next for a partition.</summary>
internal readonly record struct DecodingStep(
    FetchedChunk Chunk, long Position, long Covered, bool DeliversUndecodable);
