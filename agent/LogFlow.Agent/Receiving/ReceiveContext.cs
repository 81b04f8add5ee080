using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What a receiver brings its messages to.</summary>
internal sealed record ReceiveContext(
    string InputId, InputConfig Config, Spool Spool, int LengthMax, AgentCounters Counters, TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Bytes of messages that are not whole yet, of all senders of an input.</summary>
    private const long RoomMax = 64L << 20;

    /// <summary>Memory for messages that are not whole.</summary>
    public ReceiveRoom Room { get; } = new(RoomMax);

    /// <summary>Brings messages to the spool, and waits where it has no room.</summary>
    public async ValueTask AppendAsync(SpoolLines lines, CancellationToken cancellationToken)
    {
        if (lines.Count > 0)
        {
            await Spool.AppendAsync(lines, cancellationToken);
            Counters.AddReceived(lines.Count);
        }

        lines.Clear();
    }

    /// <summary>Brings messages to the spool; where it has no room they are lost, and counted.</summary>
    public void AppendOrDrop(SpoolLines lines)
    {
        if (lines.Count > 0)
        {
            if (Spool.TryAppend(lines))
            {
                Counters.AddReceived(lines.Count);
            }
            else
            {
                Spool.AddDropped(lines.Count);
                Counters.AddReceiveDropped(lines.Count);
            }
        }

        lines.Clear();
    }
}
