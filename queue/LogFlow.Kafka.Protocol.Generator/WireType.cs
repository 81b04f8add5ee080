namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>What one value is on the wire. <see cref="Error"/> is an int16 that C# sees as <c>ErrorCode</c>.</summary>
internal enum WireType
{
    Int8,
    Int16,
    Int32,
    Int64,
    UInt16,
    Bool,
    Float64,
    Uuid,
    Error,
    String,
    Bytes,
    Records,
    Struct,
}
