namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>A request and its response as they went over a connection, without their 4-byte lengths.</summary>
internal sealed record Exchange(string Client, RequestHeader Header, byte[] Request, byte[] Response);
