using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// What is known about reaching one endpoint: when it may be tried again, and whether the operator has been told.
/// Shared by all connections to it, so that an outage is one line in the log, not one for each connection and attempt.
/// </summary>
internal sealed partial class BrokerReachability(
    BrokerEndpoint endpoint, KafkaClientOptions options, TimeProvider time, ILogger logger)
{
    // Guards all fields below.
    private readonly Lock _gate = new();
    private int _failures;
    private long _retryAt;
    private DateTimeOffset _unreachableSince;
    private long _saidAt;

    /// <summary>How long the endpoint is to be left alone; zero when it may be tried.</summary>
    public TimeSpan BackoffLeft
    {
        get
        {
            lock (_gate)
            {
                if (_failures == 0)
                {
                    return TimeSpan.Zero;
                }

                var left = time.GetElapsedTime(time.GetTimestamp(), _retryAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    public void OnFailure(string reason)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var delay = ExponentialBackoff.Delay(++_failures, options.ReconnectBackoff, options.ReconnectBackoffMax);
            _retryAt = now + (long)(delay.TotalSeconds * time.TimestampFrequency);
            if (_failures == 1)
            {
                _unreachableSince = time.GetUtcNow();
            }
            else if (time.GetElapsedTime(_saidAt, now) < options.UnreachableLogInterval)
            {
                return;
            }

            _saidAt = now;
            Log.Unreachable(logger, endpoint, _unreachableSince, reason);
        }
    }

    public void OnConnected()
    {
        lock (_gate)
        {
            if (_failures > 0)
            {
                Log.ReachableAgain(logger, endpoint, time.GetUtcNow() - _unreachableSince);
                _failures = 0;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Warning,
            "Kafka broker {Endpoint} cannot be reached since {Since:u}: {Reason} Trying again until it answers.")]
        public static partial void Unreachable(
            ILogger logger, BrokerEndpoint endpoint, DateTimeOffset since, string reason);

        [LoggerMessage(1201, LogLevel.Information, "Kafka broker {Endpoint} answers again, after {Outage}.")]
        public static partial void ReachableAgain(ILogger logger, BrokerEndpoint endpoint, TimeSpan outage);
    }
}
