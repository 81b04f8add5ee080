using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Pipeline;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// The processor: reads records from the queue, takes them through the pipeline, writes what comes of them to the
/// outputs, and commits offsets once every output has it.
/// </summary>
public sealed partial class ProcessorService : ILogFlowService
{
    private readonly ProcessorConfig _config;
    private readonly ProcessorPipeline _pipeline;
    private readonly ILoggerFactory _loggers;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ProcessorMetrics _metrics;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundWork _watching = new();
    private readonly List<KafkaInput> _inputs = [];
    private FilterStage? _stage;
    private IDeadLetterSink? _deadLetters;
    private bool _isStopping;

    /// <param name="config">The validated configuration.</param>
    /// <param name="pipeline">Its pipeline.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="meters">Where it makes its meters.</param>
    /// <param name="time">The clock.</param>
    public ProcessorService(
        ProcessorConfig config, ProcessorPipeline pipeline, ILoggerFactory loggers, IMeterFactory meters,
        TimeProvider time)
    {
        _config = config;
        _pipeline = pipeline;
        _loggers = loggers;
        _meters = meters;
        _time = time;
        _logger = loggers.CreateLogger<ProcessorService>();
        _metrics = new ProcessorMetrics(meters);
        _metrics.Observe(() => _stage?.Outputs.Count(static output => output.WaitingSince is not null) ?? 0);
    }

    /// <inheritdoc/>
    public string Name => "processor";

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>Where outputs build bulk requests; tests count what is lent.</summary>
    internal BytePool BulkPool { get; init; } = BulkMemory.Pool;

    /// <summary>The text of the default pipeline, in Logstash's language.</summary>
    public static string DefaultPipeline => PipelineLoader.DefaultText;

    /// <summary>
    /// Reads, parses and compiles everything that a start would, without starting anything.
    /// </summary>
    /// <returns>All problems, each ready to be printed (place, line with caret, remedy); empty: it can start.</returns>
    public static IReadOnlyList<string> TestConfig(ProcessorConfig config)
    {
        try
        {
            ProcessorPipeline.Load(config, TimeProvider.System);
            return [];
        }
        catch (ConfigException error)
        {
            return [.. error.Errors.Select(static problem => problem.ToString())];
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var pipeline = Load();
        _config.RequireStoreSecret(pipeline);
        Start(
            pipeline,
            CreateDeadLetters(pipeline),
            (node, thread) => new KafkaRecordConsumer(
                KafkaInputPlugin.ReadClient(node.Settings),
                KafkaInputPlugin.ReadConsumer(node.Settings, thread),
                _loggers,
                _time));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stage is null || _isStopping)
        {
            return;
        }

        Volatile.Write(ref _isStopping, true);
        try
        {
            await Task.WhenAll(_inputs.Select(input => input.DrainAsync(cancellationToken)));
            if (!_stage.IsBlocked)
            {
                foreach (var output in _stage.Outputs)
                {
                    await output.FlushAsync(cancellationToken);
                }
            }

            await Task.WhenAll(_inputs.Select(input => input.LeaveAsync(cancellationToken)));
        }
        finally
        {
            await ReleaseAsync();
            _completion.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public HealthReport CheckHealth()
    {
        if (_stage is null)
        {
            return new HealthReport(false, "not started");
        }

        foreach (var output in _stage.Outputs)
        {
            if (output.WaitingSince is { } since)
            {
                return new HealthReport(false, $"{output.Name} takes nothing since {since:u}: {output.LastError}");
            }
        }

        if (_stage.DeadLetters is { WaitingSince: { } waiting } stuck)
        {
            return new HealthReport(false, $"dead letters can be put nowhere since {waiting:u}: {stuck.LastError}");
        }

        if (_stage.DeadLetters is { InFile: > 0 } refused)
        {
            return new HealthReport(
                false, $"the queue does not take {refused.InFile} dead letter(s), which wait in "
                + $"{_config.PathData}/dead_letters: {refused.LastError ?? "since an earlier run"}");
        }

        if (_inputs.Sum(static input => input.AssignedCount) == 0)
        {
            return new HealthReport(false, "no partition of the queue is assigned (yet)");
        }

        return FindStuck() is { } sentence ? new HealthReport(false, sentence) : HealthReport.Ready;
    }

    /// <summary>What the processor does now.</summary>
    public ProcessorStatus GetStatus() => new(
        _metrics.RecordsIn,
        _metrics.BytesIn,
        _metrics.EventsOut,
        _metrics.Dropped,
        _metrics.DeadLetters,
        Lag: _inputs.Count == 0 ? null : _inputs.Sum(static input => input.Lag),
        _stage?.BytesInFlight ?? 0,
        [.. (_stage?.Outputs ?? []).Select(static output =>
            new OutputStatus(output.Name, output.Failures, output.LastError, output.WaitingSince))])
    {
        PluginErrors = _stage?.Errors.Last ?? [],
        DeadLettersInQueue = _inputs.Count == 0 ? null : _inputs.Sum(static input => input.DeadLettersInQueue),
        DeadLettersInFile = _stage?.DeadLetters.InFile ?? 0,
        Stuck = FindStuck(),
        Books = _stage?.ReadBooks() ?? ProcessorBooks.Empty,
    };

    /// <summary>What each filter of the pipeline did since the start.</summary>
    public IReadOnlyList<StatementStatus> GetStatements() => _stage?.ReadStatements() ?? [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource();
        await soon.CancelAsync();
        try
        {
            await StopAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            // Asked for: nothing is waited for, what was not committed is read again.
        }
    }

    /// <exception cref="StartupException">The ends that the pipeline's text lacks cannot be made.</exception>
    internal CompiledPipeline Load()
    {
        try
        {
            return _pipeline.Complete();
        }
        catch (PipelineSyntaxException error)
        {
            throw new StartupException(error.Message, exitCode: 2);
        }
    }

    /// <summary>Puts the parts together and starts them; tests hand in a queue and dead letters of their own.</summary>
    internal void Start(
        CompiledPipeline pipeline, IDeadLetterSink deadLetters, Func<PluginNode, int, IRecordConsumer> createConsumer)
    {
        _deadLetters = deadLetters;
        var services = new OutputServices(
            _loggers,
            _time,
            new ElasticsearchMetrics(_meters))
        {
            BulkPool = BulkPool,
            StoreSecret = _config.ReadStoreSecret(),
        };
        var workers = _config.PipelineWorkers > 0 ? _config.PipelineWorkers : Environment.ProcessorCount;
        if (pipeline.IsStateful && workers > 1)
        {
            Log.OneWorker(_logger);
            workers = 1;
        }

        _stage = new FilterStage(
            pipeline,
            OutputFactory.Create(pipeline, services),
            deadLetters,
            new FilterStageOptions(workers, _config.PipelineBatchSize, _config.PipelineBatchBytes.Bytes),
            _time,
            _metrics);
        foreach (var node in pipeline.Inputs)
        {
            if (!node.Settings.Has("auto_offset_reset"))
            {
                Log.StartsAtTheEnd(_logger, node.Settings.String("group_id")!);
            }

            OutputFactory.SayWithoutEffect(node, _logger);
            var decoder = KafkaInputPlugin.ReadDecoder(node, pipeline.CreateCodec(node, "plain"));
            for (var thread = 0; thread < node.Settings.Integer("consumer_threads"); thread++)
            {
                _inputs.Add(new KafkaInput(
                    createConsumer(node, thread),
                    decoder,
                    _stage,
                    KafkaInputPlugin.ReadTimings(node.Settings),
                    _time,
                    _metrics,
                    _loggers.CreateLogger<KafkaInput>()));
            }
        }

        _stage.Start();
        foreach (var input in _inputs)
        {
            input.Start();
        }

        _watching.StartHere("watching the parts", _ => WatchAsync());
        Log.Started(
            _logger, pipeline.Filters.Count, string.Join(", ", pipeline.Outputs.Select(node => node.Id)), workers);
        foreach (var filter in pipeline.Filters)
        {
            foreach (var remark in filter.Remarks)
            {
                Log.FilterRemark(_logger, filter.Node, remark);
            }
        }
    }

    private IDeadLetterSink CreateDeadLetters(CompiledPipeline pipeline)
    {
        if (!_config.DeadLetterQueueEnable)
        {
            return new LoggingDeadLetterSink(_metrics, _loggers.CreateLogger<LoggingDeadLetterSink>());
        }

        // Several inputs may read several clusters; their dead letters go to the first one's.
        var client = KafkaInputPlugin.ReadClient(pipeline.Inputs[0].Settings);
        return new KafkaDeadLetterSink(
            new KafkaDeadLetterTransport(client, _loggers, _time),
            new DeadLetterFile(Path.Combine(_config.PathData, "dead_letters")),
            _metrics,
            _loggers,
            _time);
    }

    /// <summary>A part that ends by itself ends the service: the host stops everything, loudly.</summary>
    private async Task WatchAsync()
    {
        var ended = await Task.WhenAny(
            [.. _inputs.Select(static input => input.Completion), _stage!.Completion, _deadLetters!.Completion]);
        if (Volatile.Read(ref _isStopping))
        {
            return;
        }

        var error = ended.Exception?.InnerException
            ?? new InvalidOperationException("a part of the processor ended that was not asked to");
        if (error is BackgroundWorkException { InnerException: KafkaException refusal })
        {
            Log.QueueRefuses(_logger, refusal.Message);
            error = refusal;
        }

        _completion.TrySetException(error);
    }

    private string? FindStuck()
    {
        foreach (var input in _inputs)
        {
            if (input.Stuck is { } sentence)
            {
                return sentence;
            }
        }

        return null;
    }

    private async Task ReleaseAsync()
    {
        foreach (var input in _inputs)
        {
            await input.DisposeAsync();
        }

        await _stage!.DisposeAsync();
        await _deadLetters!.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(
            6000, LogLevel.Information, "Pipeline with {Filters} filter(s), to {Outputs}; {Workers} worker(s)")]
        public static partial void Started(ILogger logger, int filters, string outputs, int workers);

        [LoggerMessage(
            6001, LogLevel.Information, "A filter remembers earlier events: one worker, to keep their order")]
        public static partial void OneWorker(ILogger logger);

        [LoggerMessage(6003, LogLevel.Information, "Where group {Group} has committed nothing it begins with "
            + "what comes next, as in Logstash; auto_offset_reset => \"earliest\" begins with what is there")]
        public static partial void StartsAtTheEnd(ILogger logger, string group);

        [LoggerMessage(6004, LogLevel.Information, "{Filter}: {Remark}")]
        public static partial void FilterRemark(ILogger logger, PluginNode filter, string remark);

        [LoggerMessage(6002, LogLevel.Error, "The queue cannot be read any more: {Reason}")]
        public static partial void QueueRefuses(ILogger logger, string reason);
    }
}
