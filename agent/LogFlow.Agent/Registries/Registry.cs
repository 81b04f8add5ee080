using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// The agent's durable memory: which files it knows, how far the queue has them, and what is on its way. Changes are
/// entries of a journal that one thread writes: it takes all that wait, writes once, syncs once if somebody waits for
/// that (group commit), and folds the journal into a snapshot when it has grown.
/// </summary>
internal sealed partial class Registry : IAsyncDisposable
{
    private readonly IRegistryStorage _storage;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _checkpointBytes;
    private readonly TimeSpan _flushInterval;

    /// <summary>
    /// Guards the state, the entries that wait, and what is below. State and entries change together, so the journal
    /// has the order in which things happened.
    /// </summary>
    private readonly Lock _lock = new();
    private readonly RegistryState _state;
    private EntryWriter _pending = new();
    private List<TaskCompletionSource> _waiting = [];
    private bool _stopping;
    private Exception? _failure;

    /// <summary>Released when there is something to write.</summary>
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private readonly Thread _writer;

    // Owned by the writer thread.
    private List<TaskCompletionSource> _syncing = [];
    private IRegistryJournal _journal;
    private long _journalNumber;
    private long _journalLength;
    private bool _isUnsynced;
    private long _nextCheckpointAt;

    private Registry(
        IRegistryStorage storage, RegistryState state, long number, RegistryOptions options, TimeProvider time,
        ILogger logger)
    {
        _storage = storage;
        _state = state;
        _time = time;
        _logger = logger;
        _checkpointBytes = options.CheckpointBytes;
        _flushInterval = options.FlushInterval;
        _nextCheckpointAt = options.CheckpointBytes;
        _journalNumber = number;
        _journal = null!;
        _writer = new Thread(Run) { IsBackground = true, Name = "registry" };
    }

    /// <summary>This agent's id, made with the registry.</summary>
    public Guid AgentId => _state.AgentId;

    /// <summary>Faults when the registry can no longer be trusted to be durable. Completes when it is closed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Why nothing can be written at present (a full disk), or null. Writing is tried again and again.
    /// </summary>
    public string? Blocked { get; private set; }

    /// <summary>The topic that positions belong to; its name is null before there is one.</summary>
    public TopicIdentity Topic
    {
        get
        {
            lock (_lock)
            {
                return _state.Topic;
            }
        }
    }

    /// <summary>
    /// Opens a registry and starts a new journal, so that nothing is ever appended to what a crash left.
    /// </summary>
    /// <exception cref="Hosting.StartupException">It is damaged.</exception>
    public static Registry Open(
        IRegistryStorage storage, RegistryOptions options, TimeProvider time, ILogger logger)
    {
        var (state, number) = RegistryLoader.Load(
            storage, time.GetUtcNow().ToUnixTimeMilliseconds(), logger, options.NewAgentId);
        var registry = new Registry(storage, state, number, options, time, logger);
        registry.StartJournal();
        registry._writer.Start();
        return registry;
    }

    /// <summary>The files that an input knows.</summary>
    public List<FileState> FilesOf(string inputId)
    {
        lock (_lock)
        {
            return [.. _state.Files.Values.Where(file => file.InputId == inputId)];
        }
    }

    /// <summary>Intents without acknowledgement, oldest first.</summary>
    public List<Intent> UnresolvedIntents()
    {
        lock (_lock)
        {
            return [.. _state.Intents.Values];
        }
    }

    /// <summary>The state of an incarnation; null where it is forgotten.</summary>
    public FileState? FindFile(long generation)
    {
        lock (_lock)
        {
            return _state.Files.GetValueOrDefault(generation);
        }
    }

    /// <summary>Whether the queue has a file up to a position, and nothing of it is on its way.</summary>
    public bool IsAcknowledged(FileState file, long position)
    {
        lock (_lock)
        {
            return file.AckedPosition >= position && !_state.HasOpenIntents(file.Generation);
        }
    }

    /// <summary>How far the queue has a file, and the checksum of the bytes before.</summary>
    public (long Position, uint TailCrc) AckedPosition(FileState file)
    {
        lock (_lock)
        {
            return (file.AckedPosition, file.TailCrc);
        }
    }

    /// <summary>New incarnations get this number or a higher one: no earlier run has given it away.</summary>
    public void BeginGenerationsAt(long generation)
    {
        lock (_lock)
        {
            _state.NextGeneration = Math.Max(_state.NextGeneration, generation);
        }
    }

    /// <summary>Begins a new incarnation.</summary>
    public FileState CreateFile(
        string inputId, string path, FileIdentity identity, ContentMark head, long position, uint tailCrc,
        Func<long, int> partition)
    {
        lock (_lock)
        {
            var generation = _state.NextGeneration++;
            var file = new FileState
            {
                Generation = generation,
                InputId = inputId,
                Partition = partition(generation),
                Identity = identity,
                Path = path,
                Head = head,
                AckedPosition = position,
                TailCrc = tailCrc,
                UpdatedMs = NowMs(),
            };
            _state.SetFile(file);
            EntryCodec.WriteFile(_pending, file);
            Signal();
            return file;
        }
    }

    /// <summary>Changes a file's description (path, identity, head, partition).</summary>
    public void UpdateFile(FileState file, Action<FileState> change)
    {
        lock (_lock)
        {
            change(file);
            if (_state.Files.ContainsKey(file.Generation))
            {
                EntryCodec.WriteFile(_pending, file);
                Signal();
            }
        }
    }

    /// <summary>Gives an incarnation to another file, which holds the same content from now on.</summary>
    public void MoveFile(FileState file, string path, FileIdentity identity)
    {
        lock (_lock)
        {
            file.Path = path;
            file.Identity = identity;
            _state.SetFile(file);
            EntryCodec.WriteFile(_pending, file);
            Signal();
        }
    }

    /// <summary>Forgets a file.</summary>
    public void RemoveFile(FileState file)
    {
        lock (_lock)
        {
            if (_state.Files.Remove(file.Generation))
            {
                EntryCodec.WriteNumber(_pending, EntryType.FileRemove, file.Generation);
                Signal();
            }
        }
    }

    /// <summary>Moves a position over bytes that made no record (empty or excluded lines).</summary>
    public void Advance(in FileRange range)
    {
        lock (_lock)
        {
            _state.Advance(range.Generation, range.End, range.TailCrc, NowMs());
            EntryCodec.WriteAdvance(_pending, range.Generation, range.End, range.TailCrc);
            Signal();
        }
    }

    /// <summary>Remembers the topic.</summary>
    public void SetTopic(TopicIdentity topic)
    {
        lock (_lock)
        {
            _state.Topic = topic;
            EntryCodec.WriteTopic(_pending, topic);
            Signal();
        }
    }

    /// <summary>Returns when the intents are durable; only then may their batches be sent.</summary>
    /// <exception cref="IOException">The registry failed; see <see cref="Completion"/>.</exception>
    public Task CommitAsync(IReadOnlyList<Intent> intents)
    {
        lock (_lock)
        {
            foreach (var intent in intents)
            {
                intent.Id = _state.NextIntentId++;
                _state.AddIntent(intent);
                EntryCodec.WriteIntent(_pending, intent);
            }

            return WaitForSync();
        }
    }

    /// <summary>
    /// The queue has the batch. Not synced by itself, but within the flush interval: were it lost, the batch would be
    /// sent again and dropped. It is written before any later intent, so at most five intents of a partition are ever
    /// open on
    /// disk.
    /// </summary>
    public void Acknowledge(Intent intent)
    {
        lock (_lock)
        {
            _state.Acknowledge(intent.Id, NowMs());
            EntryCodec.WriteNumber(_pending, EntryType.Ack, intent.Id);
            Signal();
        }
    }

    /// <summary>
    /// The batch will not be sent under this intent; its lines are covered by another, or read again.
    /// </summary>
    public void Withdraw(Intent intent)
    {
        lock (_lock)
        {
            if (_state.Remove(intent.Id) is not null)
            {
                EntryCodec.WriteNumber(_pending, EntryType.Withdraw, intent.Id);
                Signal();
            }
        }
    }

    /// <summary>
    /// What a former run announced is announced anew, with what is left of it. Returns when that is durable.
    /// </summary>
    public Task ReplaceAsync(Intent old, Intent replacement)
    {
        lock (_lock)
        {
            Withdraw(old);
            return CommitAsync([replacement]);
        }
    }

    /// <summary>Returns when everything so far is durable.</summary>
    public Task SyncAsync()
    {
        lock (_lock)
        {
            return WaitForSync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopping = true;
            Signal();
        }

        // A full disk must not keep the process from ending: what is pending can be had again from the files.
        _abort.CancelAfter(TimeSpan.FromSeconds(2));
        await Task.Run(_writer.Join);
        _journal.Dispose();
        _abort.Dispose();
        _work.Dispose();
    }

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task WaitForSync()
    {
        if (_failure is not null)
        {
            return Task.FromException(_failure);
        }

        if (_stopping)
        {
            return Task.FromException(new ObjectDisposedException(nameof(Registry)));
        }

        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(waiting);
        Signal();
        return waiting.Task;
    }

    private void Signal()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }
}
