using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>output.file</c>. Defaults are Filebeat's.</summary>
public sealed class FileOutputConfig : OutputConfig, IValidatedConfig
{
    /// <summary>The folder.</summary>
    [ConfigKey("path")]
    public string Path { get; set; } = "";

    /// <summary>The beginning of the files' names; the day and a number follow.</summary>
    [ConfigKey("filename")]
    public string FileName { get; set; } = "filebeat";

    /// <summary>A file that is larger is followed by the next one, in KiB.</summary>
    [ConfigKey("rotate_every_kb")]
    public int RotateEveryKb { get; set; } = 10240;

    /// <summary>How many files are kept.</summary>
    [ConfigKey("number_of_files")]
    public int NumberOfFiles { get; set; } = 7;

    /// <summary>The files' mode, octal.</summary>
    [ConfigKey("permissions")]
    public string Permissions { get; set; } = "0600";

    /// <summary>Whether each start begins a new file.</summary>
    [ConfigKey("rotate_on_startup")]
    public bool RotateOnStartup { get; set; } = true;

    /// <summary>What is written.</summary>
    [ConfigKey("codec")]
    public TextCodecConfig Codec { get; set; } = new();

    internal UnixFileMode Mode => FileModes.Parse(Permissions)!.Value;

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        if (!Enabled)
        {
            return [];
        }

        var problems = new List<ConfigProblem>();
        if (Path.Length == 0)
        {
            problems.Add(new ConfigProblem("path", "the folder to write to is needed"));
        }

        if (FileName.Length == 0 || FileName.Contains('/') || FileName.Contains('%'))
        {
            problems.Add(new ConfigProblem("filename", $"'{FileName}' is not a file's name"));
        }

        if (FileModes.Parse(Permissions) is null)
        {
            problems.Add(new ConfigProblem("permissions", $"'{Permissions}' is not an octal mode such as 0600"));
        }

        CheckRange(problems, "rotate_every_kb", RotateEveryKb, 1, 1 << 30);
        CheckRange(problems, "number_of_files", NumberOfFiles, 2, 1024);
        return problems;
    }
}
