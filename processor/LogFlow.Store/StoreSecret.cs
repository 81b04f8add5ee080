using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Platform;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// What somebody proves by that it may read a file in the store's folder. Both are made at the first start, in
/// <c>path.data</c>, for the owner's eyes only: one for LogFlow's processor, as who moves queue positions makes the
/// store skip lines (a copy of it goes with a processor in another process; the appliance hands it over in memory), and
/// one for the owner's tools, which may do everything.
/// </summary>
internal sealed class StoreSecret
{
    /// <summary>The processor's.</summary>
    public const string Header = "X-LogFlow-Secret";

    /// <summary>The processor's.</summary>
    public const string FileName = "positions-secret";

    /// <summary>The owner's.</summary>
    public const string OwnerHeader = "X-LogFlow-Owner";

    /// <summary>The owner's.</summary>
    public const string OwnerFileName = "owner-secret";

    private const int ByteCount = 32;
    private readonly string _header;
    private readonly byte[] _text;

    private StoreSecret(string header, string text)
    {
        _header = header;
        Text = text;
        _text = Encoding.ASCII.GetBytes(text);
    }

    public string Text { get; }

    /// <summary>The folder's secret of the processor; a new one where there is none that can be used.</summary>
    public static StoreSecret LoadOrCreate(string directory) => LoadOrCreate(directory, FileName, Header);

    /// <summary>The folder's secret of its owner; a new one where there is none that can be used.</summary>
    public static StoreSecret LoadOrCreateOwners(string directory) =>
        LoadOrCreate(directory, OwnerFileName, OwnerHeader);

    private static StoreSecret LoadOrCreate(string directory, string fileName, string header)
    {
        var path = Path.Combine(directory, fileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is var known && IsSecret(known))
        {
            return new StoreSecret(header, known);
        }

        var secret = new StoreSecret(header, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ByteCount)));
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
        request.Headers.TryGetValue(_header, out var given)
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
