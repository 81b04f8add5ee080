namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Files embedded in this assembly, by file name.</summary>
internal static class Resources
{
    public static IEnumerable<string> Names => typeof(Resources).Assembly.GetManifestResourceNames();

    public static byte[] Read(string name)
    {
        using var stream = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"No embedded file {name}.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static string ReadText(string name) => System.Text.Encoding.UTF8.GetString(Read(name));
}
