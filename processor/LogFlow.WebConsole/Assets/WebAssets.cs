using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace LogFlow.WebConsole;

/// <summary>
/// The files of the page, embedded in this assembly. All stand in one folder that is named by the hash of them all:
/// a browser keeps them for ever, modules name each other relatively, and no import map is needed.
/// </summary>
internal sealed class WebAssets
{
    private const string Prefix = "Web/";
    private const string PageName = "index.html";

    private readonly FrozenDictionary<string, WebAsset> _files;

    private WebAssets(FrozenDictionary<string, WebAsset> files, string hash, WebAsset page)
    {
        _files = files;
        Hash = hash;
        Page = page;
    }

    /// <summary>The name of the folder.</summary>
    public string Hash { get; }

    /// <summary>The page, which names the folder.</summary>
    public WebAsset Page { get; }

    /// <summary>All files but the page.</summary>
    public IReadOnlyCollection<WebAsset> Files => _files.Values;

    /// <summary>Reads them from the assembly.</summary>
    public static WebAssets Load()
    {
        var assembly = typeof(WebAssets).Assembly;
        var all = assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return new WebAsset(name[Prefix.Length..], content);
            })
            .ToArray();
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var asset in all)
        {
            sum.AppendData(asset.Content);
        }

        var hash = Convert.ToHexStringLower(sum.GetHashAndReset())[..16];
        var template = Encoding.UTF8.GetString(all.First(static asset => asset.Name == PageName).Content);
        var page = template.Replace("{assets}", $"/a/{hash}", StringComparison.Ordinal);
        return new WebAssets(
            all.Where(static asset => asset.Name != PageName).ToFrozenDictionary(static asset => asset.Name),
            hash,
            new WebAsset(PageName, Encoding.UTF8.GetBytes(page)));
    }

    /// <summary>A file by its name; null: there is none.</summary>
    public WebAsset? Find(string name) => _files.GetValueOrDefault(name);
}
