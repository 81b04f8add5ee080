using System.Text;

namespace LogFlow.Agent;

/// <summary>Takes the lines of a spool (<see cref="SpoolLines"/>) apart, before all parsers of an input.</summary>
internal sealed class SpoolStage : ParserStage
{
    /// <summary>Makes one.</summary>
    public static MessageAssembler.ParserFactory Create { get; } =
        static (next, release, _) => new SpoolStage { Next = next, Release = release };

    /// <inheritdoc/>
    public override void Feed(AssembledMessage message)
    {
        if (!FieldJson.TryRead(message.Text, out var value, out var problem) || value is not EventObject line)
        {
            // Nothing that was received is dropped, also where a disk has damaged it.
            (message.Error, message.ErrorType) = ($"a line of the spool is damaged: {problem}", "spool");
            Next(message);
            return;
        }

        if (!line.TryGet("m", out var text))
        {
            Release(message);
            return;
        }

        message.Replace(Encoding.UTF8.GetBytes((string?)text ?? ""));
        message.IsTruncated |= line.TryGet("f", out _);
        if (line.TryGet("t", out var time) && time is long ms)
        {
            message.Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        }

        message.Fields = line.TryGet("x", out var fields) ? fields as EventObject : null;
        if (line.TryGet("a", out var sender))
        {
            EventPath.Put(message.Fields ??= new EventObject(), "log.source.address", sender);
        }

        Next(message);
    }
}
