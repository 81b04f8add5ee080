using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>What is wrong with a section <c>ssl</c>, at the key that it is about.</summary>
internal static class SslProblems
{
    private const string Prefix = "ssl.";

    public static ConfigProblem Protocols { get; } = new(
        "supported_protocols", $"takes {TlsProtocols.Choices}; older versions of TLS are broken and not spoken");

    /// <summary>Tries it: files are read, keys compared with certificates.</summary>
    public static IReadOnlyList<ConfigProblem> Of(Func<object> load)
    {
        try
        {
            load();
            return [];
        }
        catch (TlsException error)
        {
            // The message begins with the key, as Filebeat calls it; the section knows itself where it stands.
            var colon = error.Message.IndexOf(": ", StringComparison.Ordinal);
            return error.Message.StartsWith(Prefix, StringComparison.Ordinal) && colon > 0
                ? [new ConfigProblem(error.Message[Prefix.Length..colon], error.Message[(colon + 2)..])]
                : [new ConfigProblem("", error.Message)];
        }
    }
}
