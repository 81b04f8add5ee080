using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Gathers the records of one partition into batches and sees them through, in order. Each partition counts its own
/// sequence under its own epoch: when a batch is refused or expires, what follows it is sequenced anew, from 0 under
/// the next epoch (KIP-360), and the other partitions do not notice.
/// </summary>
internal sealed partial class PartitionAccumulator
{
    private static readonly TimeSpan Forever = TimeSpan.FromMinutes(10);

    private readonly TopicPartition _partition;
    private readonly KafkaClient _client;
    private readonly PartitionSender _sender;
    private readonly KafkaProducerOptions _options;
    private readonly ByteBudget _budget;
    private readonly Action<TopicPartition> _batchClosed;
    private readonly Action<ProducerBatch> _batchFinished;
    private readonly BackgroundWork _work;
    private readonly ILogger _logger;
    private readonly AsyncSignal _wake;

    // Guards all below.
    private readonly Lock _gate = new();
    private readonly Queue<ProducerBatch> _closed = new();
    private ProducerBatch? _open;
    private Exception? _failure;

    // Used by the accumulator's task alone.
    private readonly Queue<ProducerBatch> _inFlight = new();
    private readonly Queue<ProducerBatch> _again = new();
    private ProducerIdentity _identity = ProducerIdentity.None;
    private int _sequence;

    public PartitionAccumulator(
        TopicPartition partition,
        KafkaClient client,
        PartitionSender sender,
        KafkaProducerOptions options,
        ByteBudget budget,
        Action<TopicPartition> batchClosed,
        Action<ProducerBatch> batchFinished,
        BackgroundWork work,
        ILogger logger)
    {
        _partition = partition;
        _client = client;
        _sender = sender;
        _options = options;
        _budget = budget;
        _batchClosed = batchClosed;
        _batchFinished = batchFinished;
        _work = work;
        _logger = logger;
        _wake = new AsyncSignal(client.Time);
    }

    /// <summary>Begins to send what is appended.</summary>
    public void Start() => _work.Start($"sending records to {_partition}", RunAsync);

    /// <summary>Adds a record to the open batch; returns the batch and the record's place in it.</summary>
    /// <exception cref="InvalidOperationException">Sending has failed on this side.</exception>
    public (ProducerBatch Batch, int Index) Append(in ProducerRecord record, long reservedBytes)
    {
        ProducerBatch batch;
        int index;
        bool mustWake;
        lock (_gate)
        {
            if (_failure is { } failure)
            {
                throw Failed(failure);
            }

            if (_open is { } full && full.Builder!.UncompressedSize + reservedBytes > _options.BatchBytes)
            {
                CloseOpen();
            }

            mustWake = _open is null;
            batch = _open ??= new ProducerBatch(
                new RecordBatchBuilder(Math.Min(_options.BatchBytes, 16 * 1024)), _client.Time.GetTimestamp());
            index = batch.Count++;
            batch.ReservedBytes += reservedBytes;
            batch.Builder!.Append(
                record.TimestampMs ?? _client.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                record.Key.GetValueOrDefault().Span,
                record.Value.GetValueOrDefault().Span,
                record.Headers,
                isKeyNull: record.Key is null,
                isValueNull: record.Value is null);
            if (batch.Builder.UncompressedSize >= _options.BatchBytes)
            {
                CloseOpen();
                mustWake = true;
            }
        }

        if (mustWake)
        {
            _wake.Set();
        }

        return (batch, index);
    }

    /// <summary>Closes the open batch, so that it leaves without waiting for more.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            CloseOpen();
        }

        _wake.Set();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await SendClosedAsync(stopping);
                if (_inFlight.TryPeek(out var head) && head.Sending!.IsCompleted)
                {
                    await FinishHeadAsync();
                    continue;
                }

                await _wake.WaitAsync(UntilLingerEnds(), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await AbandonAsync();
        }
        catch (Exception exception)
        {
            // Nobody foresaw it, and nobody would ever answer those who wait.
            await FailAsync(exception);
            throw;
        }
    }

    private void CloseOpen()
    {
        if (_open is not null)
        {
            _closed.Enqueue(_open);
            _open = null;
            _batchClosed(_partition);
        }
    }

    /// <summary>Closes the open batch if its time has come; returns how long until then.</summary>
    private TimeSpan UntilLingerEnds()
    {
        lock (_gate)
        {
            if (_open is null)
            {
                return _closed.Count > 0 && CanSendMore() ? TimeSpan.Zero : Forever;
            }

            var left = _options.Linger - _client.Time.GetElapsedTime(_open.CreatedAt);
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            CloseOpen();
            return CanSendMore() ? TimeSpan.Zero : Forever;
        }
    }

    private bool CanSendMore() => _inFlight.Count < _options.Sender.InFlightPerPartitionMax;

    private async Task SendClosedAsync(CancellationToken stopping)
    {
        while (CanSendMore())
        {
            ProducerBatch? batch;
            lock (_gate)
            {
                if (!_again.TryDequeue(out batch) && !_closed.TryDequeue(out batch))
                {
                    return;
                }
            }

            var left = _options.DeliveryTimeout - _client.Time.GetElapsedTime(batch.CreatedAt);
            if (left <= TimeSpan.Zero)
            {
                Complete(batch, Expired());
                continue;
            }

            batch.Expiry ??= new CancellationTokenSource(left, _client.Time);
            if (!await TryIdentifyAsync(batch, stopping))
            {
                continue;
            }

            Send(batch);
        }
    }

    private void Send(ProducerBatch batch)
    {
        // From here on it is among those that a failure finds.
        _inFlight.Enqueue(batch);
        Encode(batch);
        batch.Sending = _sender.SendAsync(_partition, batch.Encoded!.Memory, batch.Expiry!.Token).AsTask();
        _work.StartHere("waiting for a batch", async _ =>
        {
            await batch.EndOfSendingAsync();
            _wake.Set();
        });
    }

    private async Task<bool> TryIdentifyAsync(ProducerBatch batch, CancellationToken stopping)
    {
        if (!_options.IsIdempotent || _identity.ProducerId >= 0)
        {
            return true;
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(batch.Expiry!.Token, stopping);
            _identity = await _client.InitProducerIdAsync(either.Token);
            _sequence = 0;
            return true;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Complete(batch, Expired());
        }
        catch (OperationCanceledException)
        {
            _again.Enqueue(batch);
            throw;
        }
        catch (KafkaException exception)
        {
            Complete(batch, new SendResult(exception.Code, Message: exception.Message));
        }
        catch
        {
            _again.Enqueue(batch);
            throw;
        }

        return false;
    }

    private void Encode(ProducerBatch batch)
    {
        var sequence = _options.IsIdempotent ? _sequence : -1;
        if (batch.Encoded is { } encoded)
        {
            RecordBatch.SetProducer(encoded.Span, _identity.ProducerId, _identity.Epoch, sequence);
        }
        else
        {
            batch.Encoded = batch.Builder!.Build(
                _options.Compression,
                _identity.ProducerId,
                _identity.Epoch,
                sequence,
                level: _options.CompressionLevel);
            batch.Builder.Dispose();
            batch.Builder = null;
        }

        _sequence = RecordBatchHeader.AddSequence(_sequence, batch.Count);
    }

    private async Task FinishHeadAsync()
    {
        var head = _inFlight.Peek();
        var result = await ResultOfAsync(head);
        if (result.IsSuccess)
        {
            _inFlight.Dequeue();
            Complete(head, result);
            return;
        }

        // The sequence has a gap now. What is on its way is waited for; what did not arrive is sequenced anew.
        while (_inFlight.TryPeek(out var batch))
        {
            result = await ResultOfAsync(batch);
            _inFlight.Dequeue();
            if (_options.IsIdempotent && IsMendedByNewEpoch(result.Error))
            {
                _again.Enqueue(batch);
            }
            else
            {
                Complete(batch, result);
            }
        }

        if (_options.IsIdempotent)
        {
            Log.NewEpoch(_logger, _partition, result.Error);
            TakeNextEpoch();
        }
    }

    private static async Task<SendResult> ResultOfAsync(ProducerBatch batch)
    {
        try
        {
            return await batch.Sending!;
        }
        catch (OperationCanceledException)
        {
            return Expired();
        }
    }

    private static bool IsMendedByNewEpoch(ErrorCode error) =>
        error is ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerEpoch;

    private void TakeNextEpoch()
    {
        _sequence = 0;
        _identity = _identity.Epoch < short.MaxValue - 1
            ? _identity with { Epoch = (short)(_identity.Epoch + 1) }
            : ProducerIdentity.None;
    }

    private static SendResult Expired() =>
        new(ErrorCode.RequestTimedOut, Message: "not acknowledged within the delivery timeout");

    private void Complete(ProducerBatch batch, SendResult result)
    {
        _budget.Return(batch.ReservedBytes);
        batch.Complete(result);
        _batchFinished(batch);
    }

    private InvalidOperationException Failed(Exception failure) =>
        new($"Records cannot be sent to {_partition} any more: {failure.Message}", failure);

    private async Task FailAsync(Exception exception)
    {
        Log.Failed(_logger, _partition, exception);
        List<ProducerBatch> unfinished = [.. _inFlight, .. _again];
        lock (_gate)
        {
            _failure = exception;
            CloseOpen();
            unfinished.AddRange(_closed);
            _closed.Clear();
        }

        foreach (var batch in unfinished)
        {
            // Its memory is in use until then.
            batch.Expiry?.Cancel();
            await batch.EndOfSendingAsync();
            _budget.Return(batch.ReservedBytes);
            batch.Fail(Failed(exception));
            _batchFinished(batch);
        }
    }

    private async Task AbandonAsync()
    {
        // The sender has ended before, or ends with the same token, so these do not hang.
        foreach (var batch in _inFlight)
        {
            await batch.EndOfSendingAsync();
            Complete(batch, batch.Sending is { IsCompletedSuccessfully: true } sent ? sent.Result : Expired());
        }

        lock (_gate)
        {
            CloseOpen();
            foreach (var batch in _again.Concat(_closed))
            {
                Complete(batch, new SendResult(ErrorCode.RequestTimedOut, Message: "the producer was closed"));
            }

            _closed.Clear();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1230, LogLevel.Warning,
            "{Partition}: a batch was not accepted ({Error}); what follows it goes on under a new producer epoch.")]
        public static partial void NewEpoch(ILogger logger, TopicPartition partition, ErrorCode error);

        [LoggerMessage(1231, LogLevel.Error,
            "{Partition}: records cannot be sent there any more. All that are unfinished fail; they may be in the " +
            "log or not.")]
        public static partial void Failed(ILogger logger, TopicPartition partition, Exception exception);
    }
}
