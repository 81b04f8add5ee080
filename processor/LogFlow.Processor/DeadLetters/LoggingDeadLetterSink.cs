using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// With <c>dead_letter_queue.enable: false</c>: what cannot be processed is lost, which is said and counted.
/// </summary>
internal sealed partial class LoggingDeadLetterSink(ProcessorMetrics metrics, ILogger logger) : IDeadLetterSink
{
    public DeadLetterStatus Status => DeadLetterStatus.Good;

    public Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        metrics.DeadLettered(letters);
        var first = letters[0];
        Log.Lost(
            logger, letters.Count, first.Source.Topic, first.Source.Partition, first.Record.Offset, first.Plugin,
            first.Reason);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(6040, LogLevel.Error, "{Count} record(s) could not be processed and are lost, as "
            + "dead_letter_queue.enable is false; the first: {Topic}-{Partition} offset {Offset}, {Plugin}: {Reason}")]
        public static partial void Lost(
            ILogger logger, int count, string topic, int partition, long offset, string plugin, string reason);
    }
}
