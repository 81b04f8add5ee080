using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Configuration;

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

    private static void CheckFile(PluginContext context)
    {
        if (context.Settings.Value("path") is { } path)
        {
            context.Template(path);
        }
    }
}
