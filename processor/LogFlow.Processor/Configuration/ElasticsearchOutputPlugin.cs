using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>The tables of options of outputs <c>elasticsearch</c> and <c>store</c>, and what they mean here.</summary>
internal static class ElasticsearchOutputPlugin
{
    private const string NoScripts = "scripted updates are not supported";

    // A day: longer waits are mistakes, and timers have an end.
    private const int SecondsMax = 86_400;

    private const string OwnTemplate =
        "LogFlow's own template is put where no other is; install yours in Elasticsearch";

    private static readonly string[] StreamTypes = ["logs", "metrics", "synthetics", "traces"];

    /// <summary>What Logstash takes for plain indices only.</summary>
    private static readonly string[] PlainIndexOptions =
    [
        "index", "document_id", "doc_as_upsert", "upsert", "script", "scripted_upsert", "version", "version_type",
        "template", "template_name", "template_overwrite", "ilm_enabled",
    ];

    private static readonly SettingSpec[] DataStreamSettings =
    [
        new("data_stream_type", SettingType.String) { Default = "logs", Allowed = StreamTypes },
        new("data_stream_dataset", SettingType.String) { Default = "generic" },
        new("data_stream_namespace", SettingType.String) { Default = "default" },
        new("data_stream_auto_routing", SettingType.Boolean) { Default = true },
        new("data_stream_sync_fields", SettingType.Boolean) { Default = true },
    ];

    private static readonly SettingSpec[] ServerSettings =
    [
        new("user", SettingType.String),
        new("password", SettingType.Password),
        new("api_key", SettingType.Password),
        new("timeout", SettingType.Number) { Default = 60L },
        new("compression_level", SettingType.Number),
        new("http_compression", SettingType.Boolean),
        new("custom_headers", SettingType.Hash),
        new("ssl_enabled", SettingType.Boolean),
        new("ssl_verification_mode", SettingType.String) { Default = "full", Allowed = ["full", "none"] },
        new("ssl_certificate_authorities", SettingType.List),
        new("ca_trusted_fingerprint", SettingType.String),
    ];

    private static readonly SettingSpec[] ElasticsearchSettings =
    [
        .. DataStreamSettings,
        .. ServerSettings,
        new("hosts", SettingType.List) { Default = new[] { "http://127.0.0.1:9200" } },
        new("path", SettingType.String),
        new("index", SettingType.String),
        new("action", SettingType.String) { Allowed = ["create", "index", "update", "delete"] },
        new("document_id", SettingType.String),
        new("pipeline", SettingType.String),
        new("routing", SettingType.String),
        new("data_stream", SettingType.String) { Default = "auto", Allowed = ["auto", "true", "false"] },
        new("dlq_on_failed_indexname_interpolation", SettingType.Boolean) { Default = true },
        new("manage_template", SettingType.Boolean) { Default = true },
        new("template", SettingType.Path) { Unsupported = OwnTemplate },
        new("template_name", SettingType.String) { Unsupported = OwnTemplate },
        new("template_overwrite", SettingType.Boolean) { Unsupported = OwnTemplate },
        new("ilm_enabled", SettingType.String) { Default = "auto", Allowed = ["auto", "false"] },
        new("cloud_id", SettingType.String) { Unsupported = "name the hosts" },
        new("cloud_auth", SettingType.Password) { Unsupported = "use user and password" },
        new("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] },
        new("retry_initial_interval", SettingType.Number) { Default = 1L },
        new("retry_max_interval", SettingType.Number) { Default = 60L },
        new("resurrect_delay", SettingType.Number) { Default = 5L },
        new("doc_as_upsert", SettingType.Boolean) { Default = false },
        new("script", SettingType.String) { Unsupported = NoScripts },
        new("scripted_upsert", SettingType.Boolean) { Unsupported = NoScripts },
        new("upsert", SettingType.String) { Unsupported = NoScripts },
        new("version", SettingType.String) { Unsupported = "external versions are not supported" },
        new("version_type", SettingType.String) { Unsupported = "external versions are not supported" },
        new("sniffing", SettingType.Boolean) { Default = false },
        new("pool_max", SettingType.Number),
        new("pool_max_per_route", SettingType.Number),
        new("validate_after_inactivity", SettingType.Number),
        new("proxy", SettingType.String),
    ];

    private static readonly SettingSpec[] StoreSettings =
    [
        .. DataStreamSettings,
        .. ServerSettings,
        new("url", SettingType.String) { Default = "http://127.0.0.1:9200" },

        // A store on the same machine is back as soon as it is started again: short waits.
        new("retry_initial_interval", SettingType.Number) { Default = 0.1 },
        new("retry_max_interval", SettingType.Number) { Default = 5L },
    ];

    public static PluginSpec Spec { get; } =
        new(PluginKind.Output, "elasticsearch", ElasticsearchSettings) { Check = CheckElasticsearch };

    public static PluginSpec StoreSpec { get; } =
        new(PluginKind.Output, "store", StoreSettings) { Check = CheckStore };

    /// <param name="settings">The plugin's options.</param>
    /// <param name="isEcs">The pipeline's ECS mode, for an output that does not say its own.</param>
    public static ElasticsearchOutputOptions Read(PluginSettings settings, bool isEcs)
    {
        var names = IsEcs(settings, isEcs);
        var hasDataStream = UsesDataStream(settings, names);
        return new ElasticsearchOutputOptions
        {
            Server = ReadServer(
                settings,
                settings.List("hosts"),
                settings.String("path"),
                TimeSpan.FromSeconds(settings.Number("resurrect_delay"))),
            Action = ReadAction(settings, hasDataStream),
            DataStream = hasDataStream ? ReadDataStream(settings) : null,
            Index = EventTemplate.Parse(
                settings.String("index") ?? (names ? "ecs-logstash-%{+yyyy.MM.dd}" : "logstash-%{+yyyy.MM.dd}")),
            TakesUnresolvedIndex = !settings.Boolean("dlq_on_failed_indexname_interpolation"),
            DocumentId = Template(settings, "document_id"),
            DocAsUpsert = settings.Boolean("doc_as_upsert"),
            Pipeline = Template(settings, "pipeline"),
            Routing = Template(settings, "routing"),
            ManageTemplate = settings.Boolean("manage_template"),
        };
    }

    /// <summary>Options that are taken and change nothing, each with the reason: said when the output starts.</summary>
    public static IEnumerable<(string Option, string Reason)> WithoutEffect(PluginSettings settings)
    {
        if (settings.String("ilm_enabled") == "auto" && settings.Has("ilm_enabled"))
        {
            yield return ("ilm_enabled", "LogFlow's own template names its policy; no alias is made");
        }

        foreach (var name in (string[])["pool_max", "pool_max_per_route"])
        {
            if (settings.Has(name))
            {
                yield return (name, "an output uses as many connections as it has requests under way");
            }
        }

        if (settings.Has("validate_after_inactivity"))
        {
            yield return ("validate_after_inactivity", "a connection that was closed meanwhile is replaced");
        }
    }

    /// <param name="settings">What the pipeline says.</param>
    /// <param name="secret">What the store knows LogFlow's processor by; null: none is known.</param>
    public static ElasticsearchOptions ReadStore(PluginSettings settings, string? secret) => ReadServer(
        settings, [settings.String("url")!], path: null, resurrectDelay: TimeSpan.Zero,
        secret is null ? [] : [new(StoreOutput.SecretHeader, secret)]);

    public static DataStreamOptions ReadDataStream(PluginSettings settings)
    {
        return new DataStreamOptions
        {
            Type = settings.String("data_stream_type")!,
            Dataset = settings.String("data_stream_dataset")!,
            Namespace = settings.String("data_stream_namespace")!,
            AutoRouting = settings.Boolean("data_stream_auto_routing"),
            SyncFields = settings.Boolean("data_stream_sync_fields"),
            DatasetFromEvent = !settings.Has("data_stream_dataset"),
        };
    }

    private static bool IsEcs(PluginSettings settings, bool isEcs) => settings.Has("ecs_compatibility")
        ? settings.String("ecs_compatibility") != "disabled"
        : isEcs;

    /// <summary>
    /// Logstash's defaults: <c>create</c> in data streams, <c>index</c> elsewhere, where the last version of a document
    /// wins. With ids of ours there is only one version, and <c>create</c> tells what was there already.
    /// </summary>
    private static BulkAction ReadAction(PluginSettings settings, bool hasDataStream) =>
        settings.String("action") switch
        {
            "index" => BulkAction.Index,
            "update" => BulkAction.Update,
            "delete" => BulkAction.Delete,
            "create" => BulkAction.Create,
            _ => hasDataStream || !settings.Has("document_id") ? BulkAction.Create : BulkAction.Index,
        };

    /// <summary>
    /// "auto", as Logstash decides it: a data stream, unless ECS names are off or an option says something that data
    /// streams do not take.
    /// </summary>
    private static bool UsesDataStream(PluginSettings settings, bool isEcs) => settings.String("data_stream") switch
    {
        "true" => true,
        "false" => false,
        _ => isEcs && FindPlainIndexOption(settings) is null,
    };

    /// <summary>The first option that is set and that data streams do not take; null: none.</summary>
    private static string? FindPlainIndexOption(PluginSettings settings)
    {
        foreach (var name in PlainIndexOptions)
        {
            if (settings.Has(name))
            {
                return name;
            }
        }

        return settings.Has("action") && settings.String("action") != "create" ? "action"
            : settings.Has("manage_template") && settings.Boolean("manage_template") ? "manage_template"
            : null;
    }

    private static ElasticsearchOptions ReadServer(
        PluginSettings settings, IReadOnlyList<string> hosts, string? path, TimeSpan resurrectDelay,
        params KeyValuePair<string, string>[] headers)
    {
        int? level = settings.Has("compression_level") ? (int)settings.Integer("compression_level")
            : settings.Has("http_compression") ? (settings.Boolean("http_compression") ? 1 : 0)
            : null;
        var usesTls = settings.Boolean("ssl_enabled");
        var proxy = settings.Value("proxy")?.Text;
        return new ElasticsearchOptions
        {
            Hosts = [.. hosts.Select(host => ToUri(host, usesTls, path)!)],
            User = settings.String("user"),
            Password = settings.String("password"),
            ApiKey = settings.String("api_key"),
            Timeout = TimeSpan.FromSeconds(settings.Number("timeout")),
            CompressionLevel = level,
            CustomHeaders = settings.Hash("custom_headers")
                .Select(entry => KeyValuePair.Create(entry.Name, entry.Value.Text ?? string.Empty))
                .Concat(headers)
                .DistinctBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(StringComparer.OrdinalIgnoreCase),
            VerifyCertificates = settings.String("ssl_verification_mode") != "none",
            CertificateAuthorities = settings.List("ssl_certificate_authorities"),
            CaTrustedFingerprint = settings.String("ca_trusted_fingerprint"),
            RetryInitialInterval = TimeSpan.FromSeconds(settings.Number("retry_initial_interval")),
            RetryMaxInterval = TimeSpan.FromSeconds(settings.Number("retry_max_interval")),
            ResurrectDelay = resurrectDelay,
            Proxy = proxy is { Length: > 0 } ? new Uri(proxy) : null,
            DisableProxy = proxy is { Length: 0 },
        };
    }

    /// <summary>"host", "host:port" and URLs, as Logstash takes them; port 9200 where none is given.</summary>
    private static Uri? ToUri(string host, bool usesTls, string? path)
    {
        var text = host.Contains("://", StringComparison.Ordinal) ? host : $"{(usesTls ? "https" : "http")}://{host}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var builder = new UriBuilder(uri);
        var authority = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/')[0];
        if (uri.IsDefaultPort && !authority.EndsWith($":{uri.Port}", StringComparison.Ordinal))
        {
            builder.Port = 9200;
        }

        if (path is not null)
        {
            builder.Path = path;
        }

        return builder.Uri;
    }

    private static EventTemplate? Template(PluginSettings settings, string name) =>
        settings.String(name) is { } text ? EventTemplate.Parse(text) : null;

    private static void CheckStore(PluginContext context)
    {
        CheckUrl(context, "url", context.Settings.String("url")!);
        CheckTimes(context);
    }

    private static void CheckElasticsearch(PluginContext context)
    {
        var settings = context.Settings;
        foreach (var host in settings.List("hosts"))
        {
            CheckUrl(context, "hosts", host);
        }

        if (settings.List("hosts").Select(static host => ToUri(host, usesTls: false, path: null)?.Scheme)
            .Where(static scheme => scheme is not null).Distinct().Count() > 1)
        {
            context.Error("hosts", "some hosts are http and some https", "use one of them for all");
        }

        CheckTimes(context);
        if (settings.Boolean("sniffing"))
        {
            context.Error("sniffing", "sniffing is not supported", "name the nodes in 'hosts'");
        }

        CheckProxy(context);
        if (UsesDataStream(settings, context.IsEcs))
        {
            CheckDataStream(context);
        }
        else if (FindDataStreamOption(settings) is { } ambiguous)
        {
            var why = FindPlainIndexOption(settings);
            context.Error(
                ambiguous,
                $"{ambiguous} is for data streams, and this output writes plain indices"
                + (why is null ? string.Empty : $", as '{why}' is set"),
                $"remove '{ambiguous}'" + (why is null ? string.Empty : $" or '{why}'"));
        }
        else if (settings.Value("index") is { } index && context.Template(index).IsLiteral
            && IndexName.GetProblem(index.Text!) is { } problem)
        {
            context.Error("index", $"'{index.Text}' cannot be the name of an index: {problem}");
        }

        foreach (var name in (ReadOnlySpan<string>)["document_id", "pipeline", "routing"])
        {
            if (settings.Value(name) is { } value)
            {
                context.Template(value);
            }
        }

        if (settings.String("action") is "update" or "delete" && !settings.Has("document_id"))
        {
            context.Error(
                "action", $"action '{settings.String("action")}' needs to know which document", "set document_id");
        }
    }

    private static string? FindDataStreamOption(PluginSettings settings) =>
        settings.Names.FirstOrDefault(static name => name.StartsWith("data_stream_", StringComparison.Ordinal));

    private static void CheckProxy(PluginContext context)
    {
        if (context.Settings.String("proxy") is { Length: > 0 } proxy
            && (!Uri.TryCreate(proxy, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
        {
            context.Error("proxy", $"'{proxy}' is not the address of a proxy", "write: \"http://proxy:3128\"");
        }
    }

    private static void CheckDataStream(PluginContext context)
    {
        var settings = context.Settings;
        if (settings.Has("index"))
        {
            context.Error(
                "index",
                "a data stream's name is made of data_stream_type, data_stream_dataset and data_stream_namespace",
                "remove 'index', or set data_stream => false");
        }

        if ((settings.String("action") ?? "create") != "create")
        {
            context.Error(
                "action", "data streams take action 'create' only", "remove 'action', or set data_stream => false");
        }

        foreach (var name in (ReadOnlySpan<string>)["data_stream_dataset", "data_stream_namespace"])
        {
            if (settings.Value(name)?.Text is { } part
                && IndexName.GetPartProblem(part, name == "data_stream_namespace") is { } problem)
            {
                context.Error(name, $"'{part}' cannot be part of a data stream's name: {problem}");
            }
        }
    }

    private static void CheckTimes(PluginContext context)
    {
        var settings = context.Settings;
        foreach (var name in (ReadOnlySpan<string>)["timeout", "retry_initial_interval", "retry_max_interval"])
        {
            if (settings.Number(name) is not (> 0 and <= SecondsMax))
            {
                context.Error(
                    name,
                    $"{name} is a number of seconds, more than 0 and at most {SecondsMax}",
                    $"write: {name} => 5");
            }
        }

        if (settings.Number("retry_initial_interval") > settings.Number("retry_max_interval"))
        {
            context.Error(
                settings.Has("retry_max_interval") ? "retry_max_interval" : "retry_initial_interval",
                "the first wait is longer than the longest",
                "let retry_initial_interval be at most retry_max_interval");
        }
    }

    private static void CheckUrl(PluginContext context, string setting, string text)
    {
        if (ToUri(text, usesTls: false, path: null) is null)
        {
            context.Error(setting, $"'{text}' is not the address of a server", "write: \"http://127.0.0.1:9200\"");
        }
    }
}
