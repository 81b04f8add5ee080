using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Measures how far each assigned partition is from its end, and counts the dead letters of its topics.
/// </summary>
internal sealed partial class LagMeter(
    IRecordConsumer consumer, PartitionProgress progress, TimeSpan interval, TimeProvider time, ILogger logger)
{
    /// <summary>The dead letters are counted every so many measurements of the lag.</summary>
    private const int DeadLetterRounds = 10;

    /// <summary>Where a partition of which no batch has come yet will start.</summary>
    private readonly Dictionary<TopicPartition, long> _starts = [];

    /// <summary>Measures until it is stopped.</summary>
    /// <param name="take">What is assigned at present, and the windows of those that batches have come of.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(
        Func<(TopicPartition[] Assigned, Dictionary<TopicPartition, PartitionWindow> Windows)> take,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        for (var round = 0; await timer.WaitForNextTickAsync(cancellationToken); round++)
        {
            var (assigned, windows) = take();
            try
            {
                await MeasureAsync(assigned, windows, cancellationToken);
                if (round % DeadLetterRounds == 0)
                {
                    await CountDeadLettersAsync(assigned, cancellationToken);
                }
            }
            catch (KafkaException error)
            {
                // The numbers are for people; reading itself reports what is wrong with the queue, and health that
                // nothing was measured for long.
                Log.LagUnknown(logger, error.Message);
            }
        }
    }

    private async Task MeasureAsync(
        TopicPartition[] assigned,
        Dictionary<TopicPartition, PartitionWindow> windows,
        CancellationToken cancellationToken)
    {
        var measured = new List<(TopicPartition Partition, long Done, long End)>(assigned.Length);
        foreach (var (partition, end) in await consumer.GetEndOffsetsAsync(assigned, cancellationToken))
        {
            if (windows.TryGetValue(partition, out var window))
            {
                _starts.Remove(partition);
                measured.Add((partition, window.DoneOffset, end));
                continue;
            }

            // Asked for once: it stays until the first batch makes a window.
            if (!_starts.TryGetValue(partition, out var start))
            {
                _starts[partition] = start = await consumer.GetRestartOffsetAsync(partition, cancellationToken);
            }

            measured.Add((partition, start, end));
        }

        progress.Measured(measured);
    }

    private async Task CountDeadLettersAsync(TopicPartition[] assigned, CancellationToken cancellationToken)
    {
        long count = 0;
        foreach (var topic in assigned.Select(static partition => partition.Topic).Distinct())
        {
            count += await consumer.CountRecordsAsync(DlqTopic.NameOf(topic), cancellationToken);
        }

        progress.DeadLetters = count;
    }

    private static partial class Log
    {
        [LoggerMessage(6016, LogLevel.Debug, "The queue does not tell its end: {Reason}")]
        public static partial void LagUnknown(ILogger logger, string reason);
    }
}
