using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>Where a document goes, as the part of its action line that stands before the id.</summary>
internal sealed class BulkDestination
{
    public BulkDestination(string index, string? pipeline)
    {
        Index = index;
        using var bytes = new MemoryStream();
        bytes.Write("{\"create\":{\"_index\":"u8);
        Write(bytes, index);
        if (pipeline is not null)
        {
            bytes.Write(",\"pipeline\":"u8);
            Write(bytes, pipeline);
        }

        bytes.Write(",\"_id\":\""u8);
        Action = bytes.ToArray();
    }

    /// <summary>What stands behind the id.</summary>
    public static ReadOnlySpan<byte> ActionEnd => "\"}}\n"u8;

    /// <summary>Index or data stream.</summary>
    public string Index { get; }

    /// <summary>The beginning of the action line.</summary>
    public byte[] Action { get; }

    private static void Write(MemoryStream bytes, string text)
    {
        bytes.WriteByte((byte)'"');
        bytes.Write(JsonEncodedText.Encode(text).EncodedUtf8Bytes);
        bytes.WriteByte((byte)'"');
    }
}
