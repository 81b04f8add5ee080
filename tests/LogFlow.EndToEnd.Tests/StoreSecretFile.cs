using System.Buffers.Text;
using System.Security.Cryptography;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// The secret by which a processor in another process moves a store's positions. The store makes it at its first start;
/// whoever starts the processor first puts one there.
/// </summary>
internal static class StoreSecretFile
{
    /// <summary>Puts one into the data folder of a <c>logflow up</c> that has a store, and gives its path.</summary>
    public static string Provide(string dataFolder)
    {
        var path = Path.Combine(dataFolder, "store", "positions-secret");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        return path;
    }
}
