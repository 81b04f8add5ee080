using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// Finds the pipeline's text, completes it from the configuration, and compiles it. What the text lacks (an input, an
/// output) is added as text, too, so that there is one way for settings to take effect.
/// </summary>
internal sealed class PipelineLoader
{
    private const string InstancePlace = "# instance";
    private const string VariablePrefix = "logflow.config.";
    private const string OptionPrefix = "option.";

    private const string KafkaInput = """
        input {
          kafka {
            bootstrap_servers => "${logflow.config.bootstrap_servers}"
            topics => "${logflow.config.topics}"
            group_id => "${logflow.config.group_id}"
            auto_offset_reset => "earliest"
            fetch_max_wait_ms => "${logflow.config.fetch_max_wait_ms}"
            codec => json
            # instance
          }
        }
        """;

    private static readonly TimeSpan TrialMatchTimeout = TimeSpan.FromSeconds(1);

    private readonly ProcessorConfig _config;
    private readonly TimeProvider _time;
    private readonly PluginRegistry _registry = PluginRegistry.CreateDefault()
        .Add(KafkaInputPlugin.Spec)
        .Add(ElasticsearchOutputPlugin.Spec)
        .Add(ElasticsearchOutputPlugin.StoreSpec)
        .Add(SimpleOutputPlugins.Stdout)
        .Add(SimpleOutputPlugins.File);

    public PipelineLoader(ProcessorConfig config, TimeProvider time)
    {
        _config = config;
        _time = time;
    }

    /// <summary>The default pipeline's text: what modules name, then what is recognised by its form.</summary>
    public static string DefaultText => ReadResource("modules.conf") + "\n" + ReadResource("default.conf");

    /// <summary>Everything: the text, completed.</summary>
    /// <exception cref="PipelineSyntaxException">The text has mistakes; all that were found.</exception>
    /// <exception cref="StartupException">A file cannot be read.</exception>
    public CompiledPipeline Load() => Complete(LoadText());

    /// <summary>The text alone, which is all that takes time; it may lack inputs and outputs.</summary>
    /// <exception cref="PipelineSyntaxException">The text has mistakes; all that were found.</exception>
    /// <exception cref="StartupException">A file cannot be read.</exception>
    public CompiledPipeline LoadText() => Compile(ReadSources());

    /// <summary>Adds the input and the output that the text lacks, as the configuration says them now.</summary>
    /// <exception cref="PipelineSyntaxException">What the configuration says makes no input or output.</exception>
    public CompiledPipeline Complete(CompiledPipeline text)
    {
        var lacking = new List<PipelineSource>(2);
        if (text.Inputs.Count == 0)
        {
            lacking.Add(Input());
        }

        if (text.Outputs.Count == 0)
        {
            lacking.Add(Output());
        }

        return lacking.Count == 0 ? text : text.CompletedBy(Compile(lacking));
    }

    /// <summary>
    /// Compiles filters that are tried: patterns are given less time than in earnest, and an edited text sees neither
    /// the environment nor files that the running filters do not read.
    /// </summary>
    /// <param name="source">The filters.</param>
    /// <param name="running">What runs; its outputs are named, not run.</param>
    /// <param name="isEdited">Whether somebody changed the text.</param>
    /// <exception cref="PipelineSyntaxException">The text has mistakes; all that were found.</exception>
    public CompiledPipeline CompileTrial(PipelineSource source, CompiledPipeline running, bool isEdited)
    {
        var files = running.Filters.SelectMany(static filter => filter.Node.Spec.Settings.Values
                .Where(static setting => setting.NamesFiles)
                .SelectMany(setting => filter.Node.Settings.ListValues(setting.Name)))
            .Select(static path => path.Text).ToHashSet(StringComparer.Ordinal);
        var filters = CompiledPipeline.Load(
            [source],
            Options with
            {
                MatchTimeoutMax = TrialMatchTimeout,
                MayRead = isEdited ? files.Contains : null,
                HidesVariables = isEdited,
            },
            _registry);
        return filters.CompletedBy(Complete(running));
    }

    private PipelineSource Input() => new("queue", KafkaInput.Replace(
        InstancePlace,
        string.Join(' ', MoreSettings()),
        StringComparison.Ordinal));

    private IEnumerable<string> MoreSettings()
    {
        if (_config.QueueGroupInstanceId is not null)
        {
            yield return "group_instance_id => \"${logflow.config.group_instance_id}\"";
        }

        foreach (var name in _config.QueueOptions.Keys)
        {
            yield return $"{name} => \"${{{VariablePrefix}{OptionPrefix}{name}}}\"";
        }
    }

    private IEnumerable<string> StoreSettings()
    {
        yield return "url => \"${logflow.config.store}\"";
        foreach (var (option, isSet) in new[]
        {
            ("user", _config.OutputStoreUsername is not null),
            ("password", _config.OutputStorePassword is not null),
            ("api_key", _config.OutputStoreApiKey is not null),
            ("ssl_certificate_authorities", _config.OutputStoreAuthorities.Count > 0),
            ("ca_trusted_fingerprint", _config.OutputStoreFingerprint is not null),
        })
        {
            if (isSet)
            {
                yield return $"{option} => \"${{{VariablePrefix}store.{option}}}\"";
            }
        }
    }

    private PipelineOptions Options => new()
    {
        IsEcs = _config.PipelineEcsCompatibility != "disabled",
        SupportEscapes = _config.ConfigSupportEscapes,
        Environment = FindVariable,
        Time = _time,
    };

    private CompiledPipeline Compile(IEnumerable<PipelineSource> sources) =>
        CompiledPipeline.Load(sources, Options, _registry);

    private PipelineSource Output()
    {
        if (_config.OutputStoreUrl is not null)
        {
            return new PipelineSource(
                "output.store", $"output {{ store {{ {string.Join(' ', StoreSettings())} }} }}");
        }

        var user = _config.OutputElasticsearchUsername is null
            ? string.Empty
            : "user => \"${logflow.config.user}\" password => \"${logflow.config.password}\"";
        var key = _config.OutputElasticsearchApiKey is null ? string.Empty : "api_key => \"${logflow.config.api_key}\"";
        return new PipelineSource(
            "output.elasticsearch",
            $"output {{ elasticsearch {{ hosts => \"${{logflow.config.hosts}}\" {user} {key} }} }}");
    }

    /// <summary>Values reach the text as variables, so that nothing in them can be taken for the language.</summary>
    private string? FindVariable(string name)
    {
        if (!name.StartsWith(VariablePrefix, StringComparison.Ordinal))
        {
            return _config.FindVariable(name);
        }

        return name[VariablePrefix.Length..] switch
        {
            var option when option.StartsWith(OptionPrefix, StringComparison.Ordinal) =>
                _config.QueueOptions.GetValueOrDefault(option[OptionPrefix.Length..]),
            "bootstrap_servers" => string.Join(',', _config.QueueBootstrapServers),
            "topics" => $"[{string.Join(',', _config.QueueTopics)}]",
            "group_id" => _config.QueueGroupId,
            "group_instance_id" => _config.QueueGroupInstanceId,
            "fetch_max_wait_ms" => ((long)_config.QueueFetchWaitMax.TotalMilliseconds).ToString(
                CultureInfo.InvariantCulture),
            "store" => _config.OutputStoreUrl,
            "store.user" => _config.OutputStoreUsername,
            "store.password" => _config.OutputStorePassword,
            "store.api_key" => _config.OutputStoreApiKey,
            "store.ssl_certificate_authorities" => $"[{string.Join(',', _config.OutputStoreAuthorities)}]",
            "store.ca_trusted_fingerprint" => _config.OutputStoreFingerprint,
            "hosts" => $"[{string.Join(',', _config.OutputElasticsearchHosts)}]",
            "user" => _config.OutputElasticsearchUsername,
            "password" => _config.OutputElasticsearchPassword ?? string.Empty,
            "api_key" => _config.OutputElasticsearchApiKey,
            _ => null,
        };
    }

    private List<PipelineSource> ReadSources()
    {
        if (_config.PathConfig is null && _config.ConfigString is null)
        {
            return [new PipelineSource("default.conf", DefaultText)];
        }

        if (_config.ConfigString is { } text)
        {
            return [new PipelineSource("config.string", text)];
        }

        var path = _config.PathConfig!;
        try
        {
            // What an editor left behind is no pipeline.
            var files = FileGlob.Find(path).Where(static file => !file.EndsWith('~')).ToList();
            return files.Count > 0
                ? [.. files.Select(PipelineSource.FromFile)]
                : throw new StartupException($"path.config: no file matches '{path}'", exitCode: 2);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"path.config: '{path}' cannot be read: {error.Message}", exitCode: 2);
        }
    }

    private static string ReadResource(string name)
    {
        using var stream = typeof(PipelineLoader).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the resource {name} is missing from the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
