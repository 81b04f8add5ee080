using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Queue.Storage;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>The queue: a single-node broker of the Kafka protocol over durable partitions.</summary>
public sealed partial class QueueService : ILogFlowService
{
    private readonly QueueConfig _config;
    private readonly ILoggerFactory _loggers;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly QueueMetrics _metrics;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundWork _watching = new();
    private SocketServer? _server;
    private LogManager? _logs;
    private GroupCoordinator? _coordinator;
    private ProducerIdAllocator? _producerIds;
    private TransactionCoordinator? _transactions;
    private ConfigEditor? _configEditor;
    private NodeIdentity? _node;
    private LoginServices? _logins;
    private AclStore? _acls;
    private IReadOnlyList<Listener> _listeners = [];

    /// <param name="config">The validated configuration.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="meters">Where it makes its meters.</param>
    /// <param name="time">The clock.</param>
    public QueueService(
        QueueConfig config, ILoggerFactory loggers, IMeterFactory meters, TimeProvider time)
    {
        _config = config;
        _loggers = loggers;
        _meters = meters;
        _time = time;
        _logger = loggers.CreateLogger<QueueService>();
        _metrics = new QueueMetrics(meters);
        QueueGauges.Register(_metrics.Meter, GetStatus);
    }

    /// <inheritdoc/>
    public string Name => "queue";

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>The port that is listened on; what was configured, or the free port that was taken for 0.</summary>
    public int Port { get; private set; }

    /// <summary>Host and port that clients are told to use: a bootstrap server.</summary>
    public string Endpoint => Main is { Advertised: { } advertised } ? $"{advertised.Host}:{advertised.Port}" : "";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var problems = _config.Validate();
        if (problems.Count > 0)
        {
            throw new StartupException(
                string.Join('\n', problems.Select(problem => $"{problem.Key}: {problem.Message}")), exitCode: 2);
        }

        try
        {
            await StartPartsAsync(cancellationToken);
        }
        catch
        {
            await DisposePartsAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is { } server)
        {
            await server.StopAsync(cancellationToken);
            Log.Stopped(_logger, _metrics.RecordsIn);
        }

        await DisposePartsAsync();
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public HealthReport CheckHealth()
    {
        if (_logs is not { } logs || _node is null)
        {
            return new HealthReport(false, "the queue has not started");
        }

        if (logs.IsDiskFull)
        {
            return new HealthReport(false, $"the disk of {_config.DataDirectory} is full: producers are refused");
        }

        var deadLetters = 0L;
        foreach (var topic in logs.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition.IsOffline)
                {
                    return new HealthReport(
                        false, $"partition {topic.Name}-{partition.Partition} is offline after a failed write");
                }

                deadLetters += topic.Name.EndsWith(".dlq", StringComparison.Ordinal)
                    ? partition.HighWatermark - partition.LogStartOffset
                    : 0;
            }
        }

        return deadLetters == 0
            ? HealthReport.Ready
            : new HealthReport(true, $"ok, but {deadLetters} dead letter(s) wait to be looked at");
    }

    /// <summary>
    /// A snapshot for status lines; <see cref="QueueStatus.Empty"/> before the start and after the stop.
    /// </summary>
    public QueueStatus GetStatus()
    {
        if (_logs is not { } logs || _coordinator is not { } coordinator)
        {
            return QueueStatus.Empty;
        }

        var bytesOnDisk = 0L;
        var topics = new List<QueueTopicStatus>();
        foreach (var topic in logs.Topics)
        {
            var partitions = new List<QueuePartitionStatus>(topic.Partitions.Count);
            foreach (var log in topic.Partitions)
            {
                bytesOnDisk += log.SizeInBytes;
                // The last stable offset first: it never passes a high watermark that is read after it.
                var lastStableOffset = log.LastStableOffset;
                partitions.Add(new(log.LogStartOffset, log.HighWatermark, log.SizeInBytes, log.IsOffline)
                {
                    LastStableOffset = lastStableOffset,
                });
            }

            topics.Add(new QueueTopicStatus(topic.Name, topic.Id, partitions));
        }

        return new QueueStatus(
            _metrics.RecordsIn,
            _metrics.BytesIn,
            _metrics.BytesOut,
            bytesOnDisk,
            _server?.ConnectionCount ?? 0,
            topics,
            DescribeGroups(logs, coordinator))
        {
            Transactions = _transactions?.Count() ?? default,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DisposePartsAsync();
        _completion.TrySetResult();
    }

    private static List<QueueGroupStatus> DescribeGroups(LogManager logs, GroupCoordinator coordinator)
    {
        var groups = new List<QueueGroupStatus>();
        foreach (var group in coordinator.Groups)
        {
            var offsets = new List<QueueGroupOffset>();
            var topics = new Dictionary<Topic, HashSet<int>>();
            foreach (var (partition, committed) in group.GetOffsets())
            {
                if (TopicCatalog.TryGetPartition(logs.FindTopic(partition.Topic), partition.Partition, out var log))
                {
                    var lag = log.HighWatermark - Math.Max(committed.Offset, log.LogStartOffset);
                    offsets.Add(new(partition.Topic, partition.Partition, committed.Offset, Math.Max(0, lag)));
                    if (!topics.TryGetValue(log.Topic, out var known))
                    {
                        topics.Add(log.Topic, known = []);
                    }

                    known.Add(partition.Partition);
                }
            }

            AddUnread(topics, offsets);

            var listing = group.Describe();
            groups.Add(new QueueGroupStatus(group.GroupId, listing.State, listing.MemberCount, offsets));
        }

        return groups;
    }

    /// <summary>
    /// Partitions of topics that the group reads, of which it has committed nothing: perhaps nobody reads them, and
    /// what they hold is a lag as any other.
    /// </summary>
    private static void AddUnread(Dictionary<Topic, HashSet<int>> topics, List<QueueGroupOffset> offsets)
    {
        foreach (var (topic, known) in topics)
        {
            foreach (var log in topic.Partitions)
            {
                var lag = log.HighWatermark - log.LogStartOffset;
                if (lag > 0 && !known.Contains(log.Partition))
                {
                    offsets.Add(new(topic.Name, log.Partition, QueueGroupOffset.NothingCommitted, lag));
                }
            }
        }
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        var configs = new ConfigCatalog(_config);
        _logs = OpenLogs(configs);
        Watch(_logs.Completion);
        var store = new StateLogGroupStore(_logs.OpenStateLog("groups"));
        _coordinator = new GroupCoordinator(
            Settings(_config),
            new LogManagerTopics(_logs),
            store,
            _time,
            _metrics,
            _loggers.CreateLogger<GroupCoordinator>(),
            TimeSpan.FromMilliseconds(_config.OffsetsRetentionCheckIntervalMs));
        Watch(_coordinator.Completion);
        store.Load(_coordinator);
        var transactionLog = _logs.OpenStateLog("transactions");
        var transactional = TransactionCoordinator.FindProducerIds(transactionLog);
        var survey = await _logs.SurveyProducersAsync(transactional);
        _producerIds = new ProducerIdAllocator(
            _logs.OpenStateLog("producer-ids"),
            Math.Max(survey.HighestId, transactional.Count > 0 ? transactional.Max() : -1));
        _transactions = new TransactionCoordinator(
            TransactionSettingsOf(_config),
            transactionLog,
            _logs,
            _coordinator,
            _producerIds,
            _time,
            _metrics,
            _loggers.CreateLogger<TransactionCoordinator>(),
            survey);
        Watch(_transactions.Completion);
        await _transactions.StartAsync();

        _server = MakeServer(_logs);
        Watch(_server.Completion);
        await ListenAsync(_server, cancellationToken);
        _node = new NodeIdentity(_config.NodeId, KafkaUuid.Format(_logs.ClusterId));
        _acls = new AclStore(_logs.OpenStateLog("acls"));
        var users = new UserStore(_logs.OpenStateLog("users"));
        _logins = new LoginServices(users);
        await CreateInitialUsersAsync(users);

        var topics = new TopicCatalog(_logs, _config);
        _configEditor = new ConfigEditor(topics, _coordinator.Configs, configs);
        var handlers = HandlerCatalog.Create(
            topics,
            _coordinator,
            _producerIds,
            _transactions,
            configs,
            _configEditor,
            _node,
            users,
            _config.HasAuthorizer ? _acls : null,
            _metrics,
            _time);
        var dispatcher = new RequestDispatcher(
            handlers, _metrics, _time, new AccessTable(topics), MakeAuthorizer(_acls));
        _server.Accept(dispatcher, _logins);
        var endpoints = string.Join(", ", _listeners.Select(static listener => listener.Advertised));
        Log.Started(_logger, endpoints, _config.DataDirectory, _logs.Topics.Count);
    }

    private SocketServer MakeServer(LogManager logs)
    {
        var descriptors = DescriptorBudget.ForProcess(
            logs.Topics.Sum(topic => topic.Partitions.Count), _config.MaxConnections);
        if (descriptors.IsShort)
        {
            Log.FewDescriptors(
                _logger, descriptors.Limit, descriptors.Configured, descriptors.Partitions, descriptors.Needed,
                descriptors.ConnectionsMax);
        }

        return new SocketServer(
            new SocketServerOptions
            {
                PortKey = _config.PortKey,
                FrameBytesMax = _config.SocketRequestMaxBytes,
                ConnectionsMax = descriptors.ConnectionsMax,
                ConnectionsKey = descriptors.IsShort ? "the limit of open files, ulimit -n" : "max.connections",
                IsShortOfDescriptors = () => logs.IsShortOfDescriptors,
                RequestBytesMax = _config.QueuedMaxRequestBytes,
                IdleTimeout = TimeSpan.FromMilliseconds(_config.ConnectionsMaxIdleMs),
            },
            _metrics,
            _time,
            _loggers.CreateLogger<SocketServer>());
    }

    private LogManager OpenLogs(ConfigCatalog configs)
    {
        var options = new LogManagerOptions
        {
            DataDirectory = _config.DataDirectory,
            DefaultTopicConfig = configs.DefaultTopicConfig,
            DecompressedBytesMax = _config.MessageMaxDecompressedBytes,
            RetentionCheckInterval = TimeSpan.FromMilliseconds(_config.LogRetentionCheckIntervalMs),
            IsCleanerEnabled = _config.LogCleanerEnable,
            CleanerBackoff = TimeSpan.FromMilliseconds(_config.LogCleanerBackoffMs),
            CleanerBufferBytes = _config.LogCleanerDedupeBufferSize,
            ProducerIdExpiration = TimeSpan.FromMilliseconds(_config.ProducerIdExpirationMs),
        };
        try
        {
            return LogManager.Open(options, _loggers, _time, _meters);
        }
        catch (DirectoryLockedException error)
        {
            throw new StartupException($"{error.Message}; stop it, or choose another folder with 'log.dirs'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"the data folder {_config.DataDirectory} cannot be used: {error.Message}; see 'log.dirs'");
        }
    }

    private static GroupSettings Settings(QueueConfig config) => new()
    {
        MinSessionTimeoutMs = config.GroupMinSessionTimeoutMs,
        MaxSessionTimeoutMs = config.GroupMaxSessionTimeoutMs,
        InitialRebalanceDelayMs = config.GroupInitialRebalanceDelayMs,
        SizeMax = config.GroupMaxSize,
        OffsetMetadataBytesMax = config.OffsetMetadataMaxBytes,
        Consumer = new ConsumerGroupSettings
        {
            HeartbeatIntervalMs = config.GroupConsumerHeartbeatIntervalMs,
            SessionTimeoutMs = config.GroupConsumerSessionTimeoutMs,
            SizeMax = config.GroupConsumerMaxSize,
            MigrationPolicy = Enum.Parse<MigrationPolicy>(config.GroupConsumerMigrationPolicy, ignoreCase: true),
            Assignors = config.GroupConsumerAssignors,
        },
        OffsetsRetention = TimeSpan.FromMinutes(config.OffsetsRetentionMinutes),
    };

    private static TransactionSettings TransactionSettingsOf(QueueConfig config) => new()
    {
        MaxTimeoutMs = config.TransactionMaxTimeoutMs,
        UpkeepInterval = TimeSpan.FromMilliseconds(config.TransactionAbortTimedOutCleanupIntervalMs),
        IdExpiration = TimeSpan.FromMilliseconds(config.TransactionalIdExpirationMs),
    };

    private void Watch(Task part) => _watching.StartHere("watching a part", _ => WatchAsync(part));

    /// <summary>When a part cannot go on, neither can the queue: its host ends the process.</summary>
    private async Task WatchAsync(Task part)
    {
        try
        {
            await part;
        }
        catch (Exception error)
        {
            _completion.TrySetException(error);
        }
    }

    private async Task DisposePartsAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            await server.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _transactions, null) is { } transactions)
        {
            await transactions.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _coordinator, null) is { } coordinator)
        {
            await coordinator.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _logs, null) is { } logs)
        {
            await logs.DisposeAsync();
        }

        Interlocked.Exchange(ref _producerIds, null)?.Dispose();
        Interlocked.Exchange(ref _logins, null)?.Dispose();
        Interlocked.Exchange(ref _acls, null)?.Dispose();
        Interlocked.Exchange(ref _configEditor, null)?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(3000, LogLevel.Information,
            "The queue listens on {Endpoint}; its data is in {DataDirectory}, {TopicCount} topics.")]
        public static partial void Started(ILogger logger, string endpoint, string dataDirectory, int topicCount);

        [LoggerMessage(3008, LogLevel.Warning,
            "This process may have {Limit} files open; max.connections={Configured} and {Partitions} partitions need "
            + "{Needed}. At most {ConnectionsMax} connections are taken: raise the limit (ulimit -n, LimitNOFILE= of "
            + "the service), or lower max.connections.")]
        public static partial void FewDescriptors(
            ILogger logger, long limit, int configured, int partitions, long needed, int connectionsMax);

        [LoggerMessage(3005, LogLevel.Information, "The queue has stopped; it took in {Records} records.")]
        public static partial void Stopped(ILogger logger, long records);
    }
}
