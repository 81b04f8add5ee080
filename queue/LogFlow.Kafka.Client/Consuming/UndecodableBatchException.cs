namespace LogFlow.Kafka.Client;

/// <summary>A batch has a right CRC and does not decode: see <see cref="UndecodableBatch"/>.</summary>
internal sealed class UndecodableBatchException(InvalidDataException cause) : Exception(cause.Message, cause);
