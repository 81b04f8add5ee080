namespace LogFlow.Kafka.Protocol.Generator;

internal enum MessageKind
{
    Request,
    Response,

    /// <summary>Travels inside a bytes field of another message; has no API key.</summary>
    Data,
}
