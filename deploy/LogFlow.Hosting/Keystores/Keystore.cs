using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>
/// Names and values that configuration files take as <c>${NAME}</c> without holding them: an encrypted file, its
/// owner's alone. Without a password whoever can read the file can read the values, as with Filebeat's.
/// </summary>
internal sealed class Keystore
{
    /// <summary>The variable with the password, for a process that cannot ask.</summary>
    public const string PasswordVariable = "LOGFLOW_KEYSTORE_PASSWORD";

    private const UnixFileMode OthersMode = UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly SortedDictionary<string, string> _entries;
    private readonly string _password;

    private Keystore(string path, string password, SortedDictionary<string, string> entries) =>
        (Path, _password, _entries) = (path, password, entries);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The names, sorted.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The values.</summary>
    public IReadOnlyCollection<string> Values => _entries.Values;

    /// <summary>One without entries, which is not written yet.</summary>
    public static Keystore Empty(string path, string password) => new(path, password, []);

    /// <summary>Reads the file; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="findPassword">Asked where the file has a password; null where nobody can say it.</param>
    /// <exception cref="StartupException">It cannot be read, others can, it is damaged, or the password is wrong.
    /// </exception>
    public static Keystore? Load(string path, Func<string?> findPassword)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            CheckMode(path);
            using var file = PrivateFiles.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length > KeystoreCodec.LengthMax)
            {
                throw new InvalidDataException("it is longer than a keystore can be");
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var needsPassword = KeystoreCodec.NeedsPassword(bytes);
            var password = !needsPassword ? "" : findPassword()
                ?? throw new StartupException(
                    $"the keystore {path} has a password: give it in the environment variable {PasswordVariable}", 2);
            return KeystoreCodec.Decode(bytes, password) is { } entries
                ? new Keystore(path, password, entries)
                : throw new InvalidDataException(needsPassword
                    ? $"its password is not the one in {PasswordVariable} (or the one typed), or it is damaged"
                    : "it is damaged");
        }
        catch (InvalidDataException error)
        {
            throw new StartupException(
                $"the keystore {path} cannot be used: {error.Message}; bring back a copy of it, or make it anew with "
                + "'keystore create --force' and 'keystore add'", 2);
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartupException(
                $"the keystore {path} may not be read by {Environment.UserName}: give it to that user (chown)", 2);
        }
        catch (IOException error)
        {
            throw new StartupException($"the keystore {path} cannot be read: {error.Message}", 2);
        }
    }

    /// <summary>The value of a name; null where it has none.</summary>
    public string? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Gives a name its value.</summary>
    public void Set(string name, string value) => _entries[name] = value;

    /// <summary>Takes a name away; false where it was not there.</summary>
    public bool Remove(string name) => _entries.Remove(name);

    /// <summary>
    /// Writes the file in one step, 0600; made by root it is given to the owner of its folder, whose service reads it.
    /// </summary>
    /// <exception cref="StartupException">It cannot be written.</exception>
    public void Save()
    {
        try
        {
            var folder = System.IO.Path.GetDirectoryName(Path)!;
            PrivateFiles.CreateDirectory(folder);
            var bytes = KeystoreCodec.Encode(_entries, _password);
            if (bytes.Length > KeystoreCodec.LengthMax)
            {
                throw new IOException(
                    $"its entries are too long together: {KeystoreCodec.LengthMax} bytes is the most");
            }

            DurableFile.Replace(Path, bytes, isSecret: true, ownedAsFolder: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the keystore {Path} cannot be written: {error.Message}");
        }
    }

    private static void CheckMode(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMode) != 0)
        {
            throw new StartupException(
                $"the keystore {path} can be read or written by others than its owner: chmod 600 {path}", 2);
        }
    }
}
