namespace LogFlow.Processor.Pipeline;

/// <summary>What is known of a plugin: its options and how to make one.</summary>
public sealed class PluginSpec
{
    private static readonly SettingSpec[] EveryPlugin =
    [
        new("id", SettingType.String),
        new("enable_metric", SettingType.Boolean) { Default = true },
    ];

    private static readonly SettingSpec[] EveryInput =
    [
        .. EveryPlugin,
        new("add_field", SettingType.Hash),
        new("codec", SettingType.Codec),
        new("tags", SettingType.List),
        new("type", SettingType.String),
    ];

    private static readonly SettingSpec[] EveryFilter =
    [
        .. EveryPlugin,
        new("add_field", SettingType.Hash),
        new("add_tag", SettingType.List),
        new("remove_field", SettingType.List),
        new("remove_tag", SettingType.List),
        new("periodic_flush", SettingType.Boolean) { Default = false },
    ];

    private static readonly SettingSpec[] EveryOutput =
    [
        .. EveryPlugin,
        new("codec", SettingType.Codec),
        new("workers", SettingType.Number),
    ];

    private readonly Dictionary<string, SettingSpec> _settings;

    /// <summary>Describes a plugin; the options that all plugins of its kind have are added.</summary>
    public PluginSpec(PluginKind kind, string name, params IReadOnlyList<SettingSpec> settings)
    {
        Kind = kind;
        Name = name;
        _settings = new Dictionary<string, SettingSpec>(StringComparer.Ordinal);
        var common = kind switch
        {
            PluginKind.Input => EveryInput,
            PluginKind.Filter => EveryFilter,
            PluginKind.Output => EveryOutput,
            _ => EveryPlugin,
        };
        foreach (var setting in common)
        {
            _settings[setting.Name] = setting;
        }
        foreach (var setting in settings)
        {
            _settings[setting.Name] = setting;
        }
    }

    /// <summary>The section the plugin belongs to.</summary>
    public PluginKind Kind { get; }

    /// <summary>The plugin's name.</summary>
    public string Name { get; }

    /// <summary>All options by name.</summary>
    public IReadOnlyDictionary<string, SettingSpec> Settings => _settings;

    /// <summary>Why the plugin cannot be used here, as a sentence; null: it can.</summary>
    public string? Unsupported { get; init; }

    /// <summary>
    /// Makes a filter; problems are reported to the context, which never makes one of a faulty plugin.
    /// </summary>
    public Func<PluginContext, Filter>? CreateFilter { get; init; }

    /// <summary>Makes a codec.</summary>
    public Func<PluginContext, ICodec>? CreateCodec { get; init; }

    /// <summary>Checks an input's or output's options beyond their types; problems go to the context.</summary>
    public Action<PluginContext>? Check { get; init; }

    /// <summary>A plugin Logstash has and LogFlow has not: named, so that the message can say what to do.</summary>
    public static PluginSpec Missing(PluginKind kind, string name, string sentence) =>
        new(kind, name) { Unsupported = sentence };
}
