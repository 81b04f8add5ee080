using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>The tables of options of outputs <c>stdout</c> and <c>file</c>.</summary>
internal static class SimpleOutputPlugins
{
    public static PluginSpec Stdout { get; } = new(PluginKind.Output, "stdout");

    private static readonly SettingSpec[] FileSettings =
    [
        new("path", SettingType.String) { Required = true },
        new("write_behavior", SettingType.String) { Default = "append", Allowed = ["append", "overwrite"] },
        new("create_if_deleted", SettingType.Boolean) { Default = true },
        new("flush_interval", SettingType.Number),
        new("gzip", SettingType.Boolean) { Unsupported = "compress rotated files instead" },
        new("dir_mode", SettingType.Number) { Unsupported = "set the service's umask" },
        new("file_mode", SettingType.Number) { Unsupported = "set the service's umask" },
        new("filename_failure", SettingType.String) { Default = "_filepath_failures" },
    ];

    public static PluginSpec File { get; } = new(PluginKind.Output, "file", FileSettings) { Check = CheckFile };

    public static FileOutputOptions ReadFile(PluginSettings settings, ICodec codec) => new(
        EventTemplate.Parse(settings.String("path")!), codec, settings.String("write_behavior") == "overwrite")
    {
        CreatesIfDeleted = settings.Boolean("create_if_deleted"),
        FailureName = settings.String("filename_failure")!,
    };

    /// <summary>Options that are taken and change nothing, each with the reason: said when the output starts.</summary>
    public static IEnumerable<(string Option, string Reason)> WithoutEffect(PluginSettings settings)
    {
        if (settings.Has("flush_interval"))
        {
            yield return ("flush_interval", "every batch is on disk before it counts as written");
        }
    }

    private static void CheckFile(PluginContext context)
    {
        if (context.Settings.Value("path") is { } path)
        {
            context.Template(path);
        }

        if (context.Settings.String("filename_failure") is not { Length: > 0 and <= 255 } name || name.Contains('/'))
        {
            context.Error(
                "filename_failure", "a file's name is needed, without a folder", "write: \"_filepath_failures\"");
        }
    }
}
