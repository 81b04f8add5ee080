using LogFlow.Hosting;
using LogFlow.Kafka.Client;

namespace LogFlow.Appliance;

/// <summary>
/// The file of <c>--command-config</c>, as Kafka's own tools take it: lines of <c>key=value</c>, with
/// <c>security.protocol</c> and what goes with it.
/// </summary>
internal static class CommandConfig
{
    /// <summary>The variable that names the file where no option does.</summary>
    public const string Variable = "LOGFLOW_COMMAND_CONFIG";

    /// <exception cref="StartupException">The file cannot be read, or a setting is wrong.</exception>
    public static KafkaSecurity Read(string? file)
    {
        file ??= Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(file))
        {
            return KafkaSecurity.None;
        }

        var settings = ReadFile(file);
        try
        {
            return new KafkaSecurityReader(settings.GetValueOrDefault, static key => key).Read();
        }
        catch (KafkaSecurityException error)
        {
            throw new StartupException($"{file}: {error.Message}", 2);
        }
    }

    private static Dictionary<string, string> ReadFile(string file)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var (index, line) in File.ReadAllLines(file).Index())
            {
                var text = line.Trim();
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                if (text.Length == 0 || text[0] is '#' or '!')
                {
                    continue;
                }

                // The line is not shown: it may hold a password.
                if (equals <= 0)
                {
                    throw new StartupException($"{file}:{index + 1}: a line is key=value", 2);
                }

                settings[text[..equals].TrimEnd()] = text[(equals + 1)..].Trim();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--command-config: {file} cannot be read: {error.Message}", 2);
        }

        return settings;
    }
}
