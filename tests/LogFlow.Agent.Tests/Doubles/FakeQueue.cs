using System.Text;
using System.Text.Json;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent.Tests;

/// <summary>
/// A queue in memory that checks what Kafka checks: CRC, and per producer the sequence, remembering the last five
/// batches. It outlives agents; each agent talks to it through a <see cref="FakeSink"/> of its own.
/// </summary>
internal sealed class FakeQueue
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<FakeRecord>> _logs = [];
    private readonly Dictionary<(int Partition, long Producer), FakeProducer> _producers = [];
    private readonly Queue<SendOutcome> _refusals = [];
    private List<(int Partition, byte[] Batch, TaskCompletionSource<SendOutcome> Answer)>? _socket;
    private byte[]? _refusedBytes;
    private long _nextProducer;

    public int PartitionCount { get; set; } = 3;

    public Guid TopicId { get; private set; } = Guid.NewGuid();

    /// <summary>Batches that were recognised as repetitions.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Producer identities handed out.</summary>
    public long Producers => _nextProducer;

    /// <summary>While set, nothing is answered.</summary>
    public TaskCompletionSource? Blocked { get; private set; }

    public void Block() => Blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Unblock()
    {
        var blocked = Blocked;
        Blocked = null;
        blocked?.SetResult();
    }

    /// <summary>
    /// The queue is stopped (SIGSTOP): what is sent lies in its socket, and is appended when it goes on, whatever
    /// became of the sender.
    /// </summary>
    public void Freeze()
    {
        lock (_lock)
        {
            _socket = [];
        }

        Block();
    }

    /// <summary>The queue goes on.</summary>
    public void Thaw()
    {
        List<(int Partition, byte[] Batch, TaskCompletionSource<SendOutcome> Answer)> socket;
        lock (_lock)
        {
            socket = _socket!;
            _socket = null;
        }

        foreach (var (partition, batch, answer) in socket)
        {
            answer.SetResult(Append(partition, batch));
        }

        Unblock();
    }

    /// <summary>The frozen queue is killed: what lay in its socket never arrives.</summary>
    public void DropSocket()
    {
        lock (_lock)
        {
            _socket = null;
        }

        Unblock();
    }

    /// <summary>Batches in the socket of a frozen queue.</summary>
    public int InSocket
    {
        get
        {
            lock (_lock)
            {
                return _socket?.Count ?? 0;
            }
        }
    }

    /// <summary>Null where the queue is not frozen.</summary>
    public Task<SendOutcome>? TrySendToSocket(int partition, ReadOnlyMemory<byte> batch)
    {
        lock (_lock)
        {
            if (_socket is null)
            {
                return null;
            }

            var answer = new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _socket.Add((partition, batch.ToArray(), answer));
            return answer.Task;
        }
    }

    /// <summary>The next batches are refused with these.</summary>
    public void Refuse(params SendOutcome[] outcomes)
    {
        lock (_lock)
        {
            foreach (var outcome in outcomes)
            {
                _refusals.Enqueue(outcome);
            }
        }
    }

    /// <summary>Whether it tells what it has of a producer; an old broker does not.</summary>
    public bool TellsProducers { get; set; } = true;

    /// <summary>As DescribeProducers tells it.</summary>
    public int? FindLastSequence(int partition, ProducerId producer)
    {
        lock (_lock)
        {
            return TellsProducers ? _producers.GetValueOrDefault((partition, producer.Id))?.LastSequence : null;
        }
    }

    /// <summary>The bytes of the first batch that comes are refused, however often; others are taken.</summary>
    public SendOutcome? RefusesFirstBytes { get; set; }

    /// <summary>The topic is deleted and made anew.</summary>
    public void Recreate()
    {
        lock (_lock)
        {
            TopicId = Guid.NewGuid();
            _logs.Clear();
            _producers.Clear();
        }
    }

    /// <summary>Forgets all producers, as after their expiry; the next sequence must be 0.</summary>
    public void ForgetProducers()
    {
        lock (_lock)
        {
            foreach (var producer in _producers.Values)
            {
                producer.Forget();
            }
        }
    }

    public ProducerId NewProducer() => new(Interlocked.Increment(ref _nextProducer), 0);

    public SendOutcome Append(int partition, ReadOnlyMemory<byte> bytes)
    {
        var batch = bytes.ToArray();
        Assert.Equal(RecordBatchError.None, RecordBatch.Validate(batch, out var header));
        lock (_lock)
        {
            if (RefusesFirstBytes is { } byBytes)
            {
                _refusedBytes ??= batch;
                if (batch.AsSpan().SequenceEqual(_refusedBytes))
                {
                    return byBytes;
                }
            }

            if (_refusals.TryDequeue(out var refusal))
            {
                return refusal;
            }

            var key = (partition, header.ProducerId);
            if (!_producers.TryGetValue(key, out var producer))
            {
                _producers[key] = producer = new FakeProducer();
            }

            switch (producer.Check(header))
            {
                case FakeProducer.Verdict.Duplicate:
                    Duplicates++;
                    return SendOutcome.Acknowledged;
                case FakeProducer.Verdict.OutOfOrder:
                    return new SendOutcome(SendOutcomeKind.SequenceRefused, "OUT_OF_ORDER_SEQUENCE_NUMBER");
            }

            if (!_logs.TryGetValue(partition, out var log))
            {
                _logs[partition] = log = [];
            }

            using var decoded = RecordBatch.Decode(batch, 64 << 20);
            foreach (var record in decoded)
            {
                log.Add(FakeRecord.From(partition, record.Key!.Value, record.Value!.Value));
            }

            return SendOutcome.Acknowledged;
        }
    }

    /// <summary>All records, partition by partition, in order.</summary>
    public List<FakeRecord> Records()
    {
        lock (_lock)
        {
            return [.. _logs.OrderBy(log => log.Key).SelectMany(log => log.Value)];
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _logs.Values.Sum(log => log.Count);
            }
        }
    }

    /// <summary>All messages, partition by partition, in order.</summary>
    public List<string> Messages() => [.. Records().Select(record => record.Message)];
}

/// <summary>A record as the tests look at it.</summary>
internal sealed record FakeRecord(int Partition, string Key, string Value)
{
    public JsonElement Event => JsonDocument.Parse(Value).RootElement;

    public string Message => Event.GetProperty("message").GetString()!;

    public string Path => Event.GetProperty("log").GetProperty("file").GetProperty("path").GetString()!;

    public long Offset => Event.GetProperty("log").GetProperty("offset").GetInt64();

    public static FakeRecord From(int partition, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) =>
        new(partition, Encoding.UTF8.GetString(key.Span), Encoding.UTF8.GetString(value.Span));
}

/// <summary>What a broker knows of one producer in one partition.</summary>
internal sealed class FakeProducer
{
    private readonly Queue<(int First, int Last)> _recent = [];
    private int _lastSequence = -1;
    private bool _isForgotten;

    public int? LastSequence => _isForgotten || _lastSequence < 0 ? null : _lastSequence;

    public enum Verdict
    {
        Append,
        Duplicate,
        OutOfOrder,
    }

    public void Forget() => _isForgotten = true;

    public Verdict Check(in RecordBatchHeader header)
    {
        if (_isForgotten)
        {
            return Verdict.OutOfOrder;
        }

        if (_recent.Contains((header.BaseSequence, header.LastSequence)))
        {
            return Verdict.Duplicate;
        }

        // As Kafka: a producer that is not known may begin anywhere.
        if (_lastSequence >= 0 && header.BaseSequence != RecordBatchHeader.AddSequence(_lastSequence, 1))
        {
            return Verdict.OutOfOrder;
        }

        _lastSequence = header.LastSequence;
        _recent.Enqueue((header.BaseSequence, header.LastSequence));
        if (_recent.Count > 5)
        {
            _recent.Dequeue();
        }

        return Verdict.Append;
    }
}
