using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Configuration;

/// <summary>The tables of options of outputs <c>stdout</c> and <c>file</c>.</summary>
internal static class SimpleOutputPlugins
{
    public static PluginSpec Stdout { get; } = new(PluginKind.Output, "stdout");

    public static PluginSpec File { get; } = new(
        PluginKind.Output,
        "file",
        new SettingSpec("path", SettingType.String) { Required = true },
        new SettingSpec("write_behavior", SettingType.String) { Default = "append", Allowed = ["append", "overwrite"] },
        new SettingSpec("create_if_deleted", SettingType.Boolean) { Default = true },
        new SettingSpec("flush_interval", SettingType.Number),
        new SettingSpec("gzip", SettingType.Boolean) { Unsupported = "compress rotated files instead" },
        new SettingSpec("dir_mode", SettingType.Number) { Unsupported = "set the service's umask" },
        new SettingSpec("file_mode", SettingType.Number) { Unsupported = "set the service's umask" },
        new SettingSpec("filename_failure", SettingType.String) { Default = "_filepath_failures" })
    {
        Check = static context =>
        {
            if (context.Settings.Value("path") is { } path)
            {
                context.Template(path);
            }
        },
    };
}
