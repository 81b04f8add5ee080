using LogFlow.Kafka.Client;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Writes dead letters to <c>TOPIC.dlq</c> of the queue they came from: key, value, timestamp and headers as they were,
/// the circumstances in more headers. Letters of one call go together and are awaited together. It ends for every
/// letter: what may be taken later is repeated; what is too large is cut, with the whole in <c>path.data</c>; what the
/// queue refuses, or does not take for <see cref="Patience"/>, waits in a file there and is sent when the queue takes
/// it. A letter can be there twice when the processor dies between the acknowledgement and its own commit
/// (<c>dlq.topic</c>, <c>dlq.partition</c> and <c>dlq.offset</c> tell).
/// </summary>
internal sealed partial class KafkaDeadLetterSink : IDeadLetterSink
{
    private const int CompanyDivisor = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IDeadLetterTransport _transport;
    private readonly DeadLetterFile _file;
    private readonly ProcessorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DeadLetterLog _log;
    private readonly BackoffPolicy _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private readonly BackgroundWork _work = new();

    /// <summary>Guards the two below.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<int, DateTimeOffset> _waiting = [];
    private string? _lastError;
    private int _calls;

    public KafkaDeadLetterSink(
        IDeadLetterTransport transport, DeadLetterFile file, ProcessorMetrics metrics, ILoggerFactory loggers,
        TimeProvider time)
    {
        _transport = transport;
        _file = file;
        _metrics = metrics;
        _time = time;
        _logger = loggers.CreateLogger<KafkaDeadLetterSink>();
        _log = new DeadLetterLog(_logger, time);
        var resender = new DeadLetterResender(transport, file, time, _logger);
        _work.Start("sending the dead letters of the file", resender.RunAsync);
    }

    public Task Completion => _work.Completion;

    public DeadLetterStatus Status
    {
        get
        {
            lock (_lock)
            {
                DateTimeOffset? since = _waiting.Count == 0 ? null : _waiting.Values.Min();
                return new DeadLetterStatus(since, _lastError, _file.Count);
            }
        }
    }

    public async Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref _calls);
        var now = _time.GetUtcNow();
        var pending = letters.Select(letter => new PendingLetter(letter, now)).ToList();
        var started = _time.GetTimestamp();
        try
        {
            var retries = new Retries(_backoff, _time);
            while (true)
            {
                await SendOnceAsync(pending, cancellationToken);
                if (pending.Count > 0 && _time.GetElapsedTime(started) >= Patience)
                {
                    KeepInFile(pending, [.. pending]);
                }

                if (pending.Count == 0)
                {
                    return;
                }

                Wait(call, pending);
                await retries.WaitAsync(needsOperator: false, cancellationToken);
            }
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(call);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        await _transport.DisposeAsync();
    }

    /// <summary>One attempt for each; takes out those that have found their place.</summary>
    private async Task SendOnceAsync(List<PendingLetter> pending, CancellationToken cancellationToken)
    {
        foreach (var group in pending.GroupBy(static letter => letter.Letter.Source.Topic).ToArray())
        {
            DlqTopic topic;
            try
            {
                topic = await _transport.PrepareAsync(group.Key, cancellationToken);
            }
            catch (KafkaException error)
            {
                Failed(error.Message);
                if (LetterVerdicts.Of(error.Code) == LetterVerdict.Refused)
                {
                    KeepInFile(pending, [.. group]);
                }

                continue;
            }

            var letters = group.ToArray();
            var company = letters.Min(static letter => letter.CompanyMax);
            foreach (var chunk in letters.Chunk(Math.Min(company, letters.Length)))
            {
                await SendTogetherAsync(pending, chunk, topic, cancellationToken);
            }
        }
    }

    /// <summary>Hands all to the producer, which makes batches of them, and looks at the answers in their
    /// order.</summary>
    private async Task SendTogetherAsync(
        List<PendingLetter> pending, PendingLetter[] letters, DlqTopic topic, CancellationToken cancellationToken)
    {
        var answers = new Task<ProduceResult>[letters.Length];
        for (var index = 0; index < letters.Length; index++)
        {
            answers[index] = _transport.SendAsync(letters[index].ToRecord(topic), cancellationToken);
        }

        var results = await Task.WhenAll(answers).WaitAsync(cancellationToken);
        var written = new List<PendingLetter>(letters.Length);
        var refused = new List<PendingLetter>();
        for (var index = 0; index < letters.Length; index++)
        {
            var (letter, result) = (letters[index], results[index]);
            var verdict = LetterVerdicts.Of(result.Error);
            if (verdict == LetterVerdict.Written)
            {
                written.Add(letter);
                continue;
            }

            Failed($"{topic.Name}: {result.Error} {result.Message}".TrimEnd());
            if (verdict == LetterVerdict.Refused || (verdict == LetterVerdict.Cut && letter.IsCut))
            {
                refused.Add(letter);
            }
            else if (verdict == LetterVerdict.Cut && letters.Length > 1)
            {
                letter.CompanyMax = Math.Max(1, letters.Length / CompanyDivisor);
            }
            else if (verdict == LetterVerdict.Cut)
            {
                Cut(letter, topic);
            }
        }

        Settle(pending, written, topic.Name);
        if (refused.Count > 0)
        {
            KeepInFile(pending, refused);
        }
    }

    /// <summary>The whole goes to the disk before its beginning goes to the queue.</summary>
    private void Cut(PendingLetter letter, DlqTopic topic)
    {
        letter.Cut(topic.MessageBytesMax);
        try
        {
            var path = _file.KeepWhole(letter.Sha256!, letter.Value.Span);
            _metrics.DeadLetterCut();
            Log.Cut(
                _logger, letter.Letter.Record.Offset, letter.Letter.Source.Topic, letter.Letter.Source.Partition,
                letter.Value.Length, topic.Name, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Asked for again with the next attempt: cut, but not sent before the whole is safe.
            letter.Restore();
            Failed($"{_file.Folder}: {error.Message}");
        }
    }

    private void KeepInFile(List<PendingLetter> pending, List<PendingLetter> letters)
    {
        try
        {
            _file.Append([.. letters.Select(
                static letter => letter.ToRecord(DlqTopic.NameOf(letter.Letter.Source.Topic)))]);
            _metrics.DeadLettersInFile(letters.Count);
            Log.InFile(_logger, letters.Count, LastError ?? "no reason given", _file.Folder);
            Settle(pending, letters, _file.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Failed($"{_file.Folder}: {error.Message}");
        }
    }

    private void Settle(List<PendingLetter> pending, List<PendingLetter> settled, string place)
    {
        if (settled.Count == 0)
        {
            return;
        }

        var gone = settled.ToHashSet();
        pending.RemoveAll(gone.Contains);
        var letters = settled.Select(static letter => letter.Letter).ToArray();
        _metrics.DeadLettered(letters);
        _log.Mention(letters, place);
    }

    private string? LastError
    {
        get
        {
            lock (_lock)
            {
                return _lastError;
            }
        }
    }

    private void Failed(string error)
    {
        lock (_lock)
        {
            _lastError = error;
        }
    }

    private void Wait(int call, List<PendingLetter> pending)
    {
        var first = pending[0].Letter;
        bool isNew;
        lock (_lock)
        {
            isNew = _waiting.TryAdd(call, _time.GetUtcNow());
        }

        if (isNew)
        {
            Log.NotWritten(
                _logger, pending.Count, first.Record.Offset, first.Source.Topic, first.Source.Partition,
                LastError ?? "no reason given");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6030, LogLevel.Error, "{Count} dead letter(s), the first for offset {Offset} of "
            + "{Topic}-{Partition}, could not be written ({Reason}); they are tried again.")]
        public static partial void NotWritten(
            ILogger logger, int count, long offset, string topic, int partition, string reason);

        [LoggerMessage(6032, LogLevel.Warning, "The dead letter for offset {Offset} of {Topic}-{Partition} has "
            + "{Bytes} bytes, more than {DlqTopic} takes: its beginning goes there, the whole is in {Path}.")]
        public static partial void Cut(
            ILogger logger, long offset, string topic, int partition, int bytes, string dlqTopic, string path);

        [LoggerMessage(6033, LogLevel.Error, "The queue does not take {Count} dead letter(s) ({Reason}); they are in "
            + "{Folder} and are sent when it does.")]
        public static partial void InFile(ILogger logger, int count, string reason, string folder);
    }
}
