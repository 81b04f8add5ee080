using System.Buffers.Binary;
using System.Net.Sockets;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>What no client should send, to the queue and to a real Kafka: both answer, close or wait alike.</summary>
public sealed class HostileComparisonTests(ITestOutputHelper output)
{
    private const string NullClientId = "FFFF";

    /// <summary>Name and the bytes behind the length; a length of its own comes before a bar.</summary>
    private static readonly (string Name, string Bytes)[] Frames =
    [
        ("unknown API key", Header(999, 0)),
        ("negative API key", Header(-1, 0)),
        ("Produce below its lowest version", Header(0, 2)),
        ("Produce of the future", Header(0, 99)),
        ("Fetch below its lowest version", Header(1, 3)),
        ("Fetch of the future", Header(1, 99)),
        ("Metadata of the future", Header(3, 99)),
        ("negative version", Header(3, -1)),
        ("ApiVersions of the future", Header(18, 99) + "00"),
        ("ApiVersions of the future without the tags of its header", Header(18, 99)),
        ("ApiVersions, negative version", Header(18, -1)),
        ("ConsumerGroupHeartbeat of the future", Header(68, 2)),
        ("ConsumerGroupHeartbeat without a body", Header(68, 1) + "00"),
        ("Metadata without its body", Header(3, 1)),
        ("Metadata, half of its array", Header(3, 1) + "00000001" + "0001"),
        ("Metadata, array of 2^31-1", Header(3, 1) + "7FFFFFFF"),
        ("Metadata, negative string length", Header(3, 1) + "00000001" + "FFFE"),
        ("header of five bytes", "0003000100"),
        ("header whose client id is longer than the frame", "0003" + "0001" + "00000001" + "7FFF"),
        ("empty frame", ""),
        ("length -1", "FFFFFFFF|"),
        ("length of 100 MiB and one byte", "06400001|"),
        ("text of another protocol", "47455420|" + "2F20485454502F312E310D0A"),
        ("half of a frame", "00000040|" + Header(3, 1)),
        ("well-formed ApiVersions", Header(18, 0)),
    ];

    [RequiresFact(Requirement.Kafka)]
    public async Task HostileFrames_QueueAndRealKafka_DoAlike()
    {
        using var directory = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(directory.Path);
        await using var queue = await TestQueue.StartAsync();
        var differences = new List<string>();
        foreach (var (name, bytes) in Frames)
        {
            var (theirs, ours) = (await TryAsync(kafka.Port, bytes), await TryAsync(queue.Service.Port, bytes));
            output.WriteLine($"{name}: {theirs}" + (theirs == ours ? "" : $"; the queue: {ours}"));
            if (theirs != ours)
            {
                differences.Add(name);
            }
        }

        Assert.Empty(differences);
    }

    /// <summary>What comes back: the correlation id and error of an answer, "closed", or "waits for more".</summary>
    private static async Task<string> TryAsync(int port, string hex)
    {
        var parts = hex.Split('|');
        var body = Convert.FromHexString(parts[^1]);
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, body.Length);
        using var client = await RawClient.ConnectAsync(port);
        await client.SendBytesAsync(parts.Length == 1 ? prefix : Convert.FromHexString(parts[0]));
        await client.SendBytesAsync(body);
        if (parts.Length == 2 && parts[1].Length > 0 && parts[0] == "00000040")
        {
            // Nothing may come back for it; a second connection shows that the broker serves others meanwhile.
            using var other = await RawClient.ConnectAsync(port);
            await other.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0);
            return client.Socket.Available == 0 ? "waits for more" : "answered half of a frame";
        }

        try
        {
            return await client.ReceiveFrameAsync() is { } answer
                ? $"answer {Convert.ToHexString(answer.AsSpan(0, Math.Min(6, answer.Length)))}"
                : "closed";
        }
        catch (SocketException)
        {
            return "closed";
        }
    }

    private static string Header(short key, short version)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt16BigEndian(bytes, key);
        BinaryPrimitives.WriteInt16BigEndian(bytes[2..], version);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], 7);
        return Convert.ToHexString(bytes) + NullClientId;
    }
}
