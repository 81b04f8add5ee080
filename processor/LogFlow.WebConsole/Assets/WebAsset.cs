using System.IO.Compression;

namespace LogFlow.WebConsole;

/// <summary>A file of the page, as it is and compressed.</summary>
internal sealed class WebAsset(string name, byte[] content)
{
    private readonly Lazy<byte[]> _brotli = new(() => Compress(content));

    /// <summary>Its file name.</summary>
    public string Name { get; } = name;

    /// <summary>Its bytes.</summary>
    public byte[] Content { get; } = content;

    /// <summary>Its bytes in Brotli, made when a browser first asks.</summary>
    public byte[] Brotli => _brotli.Value;

    /// <summary>What a browser is told that it is.</summary>
    public string ContentType => Path.GetExtension(Name) switch
    {
        ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    };

    private static byte[] Compress(byte[] content)
    {
        using var output = new MemoryStream();
        using (var brotli = new BrotliStream(output, CompressionLevel.SmallestSize))
        {
            brotli.Write(content);
        }

        return output.ToArray();
    }
}
