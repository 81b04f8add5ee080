using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// The connections that have not logged in yet, and what is said of those that fail. There may be so many; one more
/// cuts the oldest: whoever stays silent in the middle of a login keeps no place that others need.
/// </summary>
internal sealed partial class LoginQueue(int countMax, QueueMetrics metrics, TimeProvider time, ILogger logger)
{
    private readonly LogThrottle _throttle = new(TimeSpan.FromSeconds(1), time);

    // Guards _waiting.
    private readonly Lock _gate = new();
    private readonly LinkedList<ClientConnection> _waiting = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A connection begins its login.</summary>
    public LinkedListNode<ClientConnection> Enter(ClientConnection connection)
    {
        ClientConnection? oldest = null;
        LinkedListNode<ClientConnection> place;
        lock (_gate)
        {
            place = _waiting.AddLast(connection);
            if (_waiting.Count > countMax)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
        }

        oldest?.CutLogin($"{countMax} others were logging in, and it was the slowest");
        return place;
    }

    /// <summary>It has logged in, or is gone.</summary>
    public void Leave(LinkedListNode<ClientConnection> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
            }
        }
    }

    /// <summary>Counts a login that failed, and says so, at most once a second.</summary>
    public void Failed(string peer, Listener listener, string reason)
    {
        metrics.LoginFailed(listener.Name);
        if (!_throttle.TrySay(out var unsaid))
        {
            return;
        }

        if (unsaid > 0)
        {
            Log.FailedAgain(logger, peer, listener.Name, reason.TrimEnd('.'), unsaid);
        }
        else
        {
            Log.Failed(logger, peer, listener.Name, reason.TrimEnd('.'));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3018, LogLevel.Warning, "Connection from {Peer} to listener {Listener} refused: {Reason}.")]
        public static partial void Failed(ILogger logger, string peer, string listener, string reason);

        [LoggerMessage(3019, LogLevel.Warning,
            "Connection from {Peer} to listener {Listener} refused: {Reason}. {Count} more were refused before it.")]
        public static partial void FailedAgain(
            ILogger logger, string peer, string listener, string reason, int count);
    }
}
