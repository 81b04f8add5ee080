using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// <c>reload.enabled</c>: inputs of further files are started and stopped as those files come, change and go. An input
/// whose text is the same is left alone. One that goes is read no more, and is given up when all that was read of it is
/// acknowledged: its registry entries stay, so that it goes on there when it comes back, nothing lost, nothing twice.
/// </summary>
internal sealed partial class InputReloader : IAsyncDisposable
{
    private readonly AgentConfig _config;
    private readonly IReadOnlyList<OutputPipeline> _pipelines;
    private readonly ReloadFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();
    private bool _isChangePending;

    /// <summary>A reloader of what runs now.</summary>
    /// <param name="config">What the agent runs with; its inputs are kept up to date.</param>
    /// <param name="pipelines">All outputs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">What it says.</param>
    public InputReloader(
        AgentConfig config, IReadOnlyList<OutputPipeline> pipelines, TimeProvider time, ILogger logger)
    {
        _config = config;
        _pipelines = pipelines;
        _time = time;
        _logger = logger;
        _files = new ReloadFiles(config.ReloadPaths, time);
    }

    /// <summary>Faults where an input that it started fails.</summary>
    public Task Completion => _work.Completion;

    /// <summary>Begins to look.</summary>
    public void Start()
    {
        // What was written between the reading of the configuration and now is a change.
        _isChangePending = true;
        _files.Remember();
        _work.Start("reloading inputs", RunAsync);
    }

    /// <summary>Starts and stops nothing any more.</summary>
    public Task StopAsync() => _work.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _work.DisposeAsync();

    private async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await PauseAsync(stopping);
            _isChangePending |= _files.HaveChanged();

            // What a former run left is sorted out with the inputs that were there at the start.
            if (_isChangePending && _pipelines.All(static pipeline => pipeline.IsSettled))
            {
                _isChangePending = false;
                if (TryRead() is { } next)
                {
                    await ApplyAsync(next, stopping);
                }
            }
        }
    }

    /// <summary>An input that fails ends the wait, and the agent.</summary>
    private async Task PauseAsync(CancellationToken stopping)
    {
        var ended = await Task.WhenAny(
            [
                Task.Delay(_config.ReloadPeriod, _time, stopping),
                .. Running().Select(static input => input.Completion),
            ]);
        await ended;
        stopping.ThrowIfCancellationRequested();
    }

    private IEnumerable<FilestreamInput> Running() =>
        _pipelines.SelectMany(static pipeline => pipeline.Parts.Inputs);

    /// <summary>The inputs that the files name now; null where they cannot be used, which is said.</summary>
    private List<InputConfig>? TryRead()
    {
        try
        {
            return [.. _config.ReadAgain!().Inputs.Where(
                static input => input is { Enabled: true, ReloadDigest.Length: > 0 })];
        }
        catch (ConfigException error)
        {
            Log.Broken(_logger, SecretText.Hide(string.Join(
                "; ", error.Errors.Select(static one => $"{one.Location}: {one.Message}"))));
        }
        catch (StartupException error)
        {
            Log.Broken(_logger, SecretText.Hide(error.Message));
        }

        return null;
    }

    private async Task ApplyAsync(List<InputConfig> next, CancellationToken stopping)
    {
        var former = _config.Inputs.FindAll(static input => input.ReloadDigest.Length > 0);
        var kept = Pair(former, next);
        var goes = former.FindAll(input => !kept.ContainsKey(input));
        var comes = next.FindAll(input => !kept.ContainsValue(input));
        var refused = comes.FindAll(input => FindProblem(input) is not null);
        foreach (var input in refused)
        {
            Log.NotTaken(_logger, InputIds.Of(_config, input), FindProblem(input)!);
        }

        comes.RemoveAll(refused.Contains);
        if (goes.Exists(static input => input.IsReceived))
        {
            Log.NotStopped(_logger, string.Join(", ", goes.Where(static input => input.IsReceived)
                .Select(input => InputIds.Of(_config, input))));
            goes.RemoveAll(static input => input.IsReceived);
        }

        if (goes.Count + comes.Count == 0)
        {
            return;
        }

        var going = goes.ConvertAll(input => InputIds.Of(_config, input));
        await StopAsync(going, stopping);
        _config.Inputs = [.. _config.Inputs.Except(goes), .. comes];
        var coming = comes.ConvertAll(input => InputIds.Of(_config, input));
        await Task.Run(
            () =>
            {
                var added = _pipelines.SelectMany(pipeline => pipeline.Add(_config, comes)).ToList();
                DeletionRoles.Assign([.. Running()]);
                added.ForEach(static input => input.Start());
            },
            stopping);
        Log.Reloaded(_logger, Name(coming.Except(going)), Name(going.Except(coming)), Name(going.Intersect(coming)));
    }

    private async Task StopAsync(List<string> ids, CancellationToken stopping)
    {
        var all = ids.ToHashSet(StringComparer.Ordinal);
        await Task.WhenAll(_pipelines.SelectMany(
            pipeline => pipeline.Parts.Inputs.Where(input => all.Contains(input.Id)),
            (pipeline, input) => pipeline.RemoveAsync(input, stopping)));
        DeletionRoles.Assign([.. Running()]);
    }

    /// <summary>Those that go on as they are: of one text, and one id.</summary>
    private static Dictionary<InputConfig, InputConfig> Pair(List<InputConfig> former, List<InputConfig> next)
    {
        var left = next.ToList();
        var pairs = new Dictionary<InputConfig, InputConfig>();
        foreach (var input in former)
        {
            if (left.Find(other => other.ReloadDigest == input.ReloadDigest) is { } same)
            {
                left.Remove(same);
                pairs.Add(input, same);
            }
        }

        return pairs;
    }

    /// <summary>What an input needs that a running agent cannot give it.</summary>
    private string? FindProblem(InputConfig input)
    {
        if (input.IsReceived)
        {
            return $"type '{input.Type}' takes its place at a start";
        }

        return _pipelines.Any(pipeline => pipeline.Parts.Target.CanTake(_config, input))
            ? null
            : "its output or topic is one that is not in use: it is opened at a start";
    }

    private static string Name(IEnumerable<string> ids) =>
        string.Join(", ", ids) is { Length: > 0 } names ? names : "-";

    private static partial class Log
    {
        [LoggerMessage(4520, LogLevel.Information,
            "Inputs were reloaded; started: {Started}; stopped: {Stopped}; started anew: {Changed}")]
        public static partial void Reloaded(ILogger logger, string started, string stopped, string changed);

        [LoggerMessage(4521, LogLevel.Error,
            "The files of inputs cannot be used; what runs goes on as it is until they are mended: {Problem}")]
        public static partial void Broken(ILogger logger, string problem);

        [LoggerMessage(4522, LogLevel.Warning,
            "Input {Input} is not started by a reload: {Reason}. Restart the agent, which loses and doubles nothing")]
        public static partial void NotTaken(ILogger logger, string input, string reason);

        [LoggerMessage(4523, LogLevel.Warning,
            "Inputs {Inputs} receive, and go on until the agent is restarted: only inputs of files are stopped by a "
            + "reload")]
        public static partial void NotStopped(ILogger logger, string inputs);
    }
}
