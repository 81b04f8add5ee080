using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor.Tests;

/// <summary>A queue for dead letters, in memory, that answers as it is told.</summary>
internal sealed class ScriptedTransport : IDeadLetterTransport
{
    private readonly Lock _lock = new();
    private readonly List<ProducerRecord> _taken = [];
    private int _outstanding;

    public int MessageBytesMax { get; set; } = 100_000;

    /// <summary>Whether the topic can be had.</summary>
    public Func<ErrorCode> Prepare { get; set; } = static () => ErrorCode.None;

    /// <summary>The answer to each record.</summary>
    public Func<ProducerRecord, ErrorCode> Answer { get; set; } = static _ => ErrorCode.None;

    /// <summary>Answers come when it completes.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Records that wait for their answer.</summary>
    public int Outstanding
    {
        get
        {
            lock (_lock)
            {
                return _outstanding;
            }
        }
    }

    public IReadOnlyList<ProducerRecord> Taken
    {
        get
        {
            lock (_lock)
            {
                return [.. _taken];
            }
        }
    }

    public Task<DlqTopic> PrepareAsync(string sourceTopic, CancellationToken cancellationToken)
    {
        var error = Prepare();
        return error == ErrorCode.None
            ? Task.FromResult(new DlqTopic(DlqTopic.NameOf(sourceTopic), 3, MessageBytesMax))
            : Task.FromException<DlqTopic>(new KafkaException(error, $"scripted {error}"));
    }

    public async Task<ProduceResult> SendAsync(ProducerRecord record, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _outstanding++;
        }

        await Gate.WaitAsync(cancellationToken);
        lock (_lock)
        {
            _outstanding--;
            var error = Answer(record);
            if (error == ErrorCode.None)
            {
                _taken.Add(record);
            }

            return new ProduceResult(error, new TopicPartition(record.Topic, record.Partition ?? 0), _taken.Count);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The text of a header; null: it is not there.</summary>
    public static string? Header(in ProducerRecord record, string name)
    {
        foreach (var header in record.Headers ?? [])
        {
            if (Encoding.UTF8.GetString(header.Key.Span) == name)
            {
                return Encoding.UTF8.GetString(header.Value.GetValueOrDefault().Span);
            }
        }

        return null;
    }
}
