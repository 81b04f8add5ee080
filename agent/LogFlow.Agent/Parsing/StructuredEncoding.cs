using System.Buffers;

namespace LogFlow.Agent;

/// <summary>
/// What reading and rebuilding do alike with messages, so that both count the same events.
/// </summary>
internal static class StructuredEncoding
{
    /// <summary>A line as parsers see it: UTF-8, and valid.</summary>
    public static ReadOnlySpan<byte> Decode(
        ReadOnlySpan<byte> line, LineEncoding encoding, EventEncoder encoder, HarvestWorker worker)
    {
        _ = LineMessage.TryMake(
            line, isValid: false, encoding, encoder, filter: null, worker.Scratch, out var message);
        return message;
    }

    /// <summary>
    /// Makes the events of a stretch, in the worker's scratch. They share a batch, so of several each may have its part
    /// of what a batch can hold.
    /// </summary>
    public static void EncodeAll(
        StructuredEvents events, List<AssembledMessage> messages, HarvestWorker worker, int lengthMax, int overhead)
    {
        var scratch = worker.Structured;
        var each = messages.Count > 1 ? (lengthMax / messages.Count) - overhead : lengthMax;
        foreach (var message in messages)
        {
            if (events.TryEncode(message, worker.Time, each, scratch, out var value))
            {
                scratch.Values.Write(value);
                scratch.Ends.Add((scratch.Values.WrittenCount, message.Start));
            }
        }
    }
}
