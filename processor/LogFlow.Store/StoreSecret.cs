using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Platform;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// What LogFlow's processor proves itself by: who moves queue positions makes the store skip lines, so it must be able
/// to read the store's folder. Made at the first start, in <c>path.data</c>, for the owner's eyes only; the appliance hands
/// it to its processor in memory.
/// </summary>
internal sealed class StoreSecret
{
    public const string Header = "X-LogFlow-Secret";
    public const string FileName = "positions-secret";

    private const int ByteCount = 32;
    private readonly byte[] _text;

    private StoreSecret(string text)
    {
        Text = text;
        _text = Encoding.ASCII.GetBytes(text);
    }

    public string Text { get; }

    /// <summary>The folder's secret; a new one where there is none, or none that can be used.</summary>
    public static StoreSecret LoadOrCreate(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is var known && IsSecret(known))
        {
            return new StoreSecret(known);
        }

        var secret = new StoreSecret(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ByteCount)));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var temporary = path + ".tmp";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            file.Write(secret._text);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DurableFile.SyncDirectory(directory);
        return secret;
    }

    /// <summary>Whether the request comes from who may read the store's folder.</summary>
    public bool IsHeldBy(HttpRequest request) =>
        request.Headers.TryGetValue(Header, out var given)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given.ToString()), _text);

    /// <exception cref="QueryException">403: it does not.</exception>
    public void Demand(HttpRequest request)
    {
        if (!IsHeldBy(request))
        {
            throw new QueryException("security_exception",
                $"queue positions are for LogFlow's processor: {Header} must be the text of the file {FileName} in the "
                + "store's folder (output.store.secret_file of a processor in another process)", 403);
        }
    }

    private static bool IsSecret(string text) =>
        text.Length == Base64Url.GetEncodedLength(ByteCount) && Base64Url.IsValid(text);
}
