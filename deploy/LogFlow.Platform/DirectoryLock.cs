using System.Globalization;
using System.Text;

namespace LogFlow.Platform;

/// <summary>
/// Keeps a second process out of a data folder. The lock is the operating system's (released by any kind of death),
/// held on the file <c>.lock</c>, whose text names the holder for the message that the second process prints.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Creates the folder where needed and locks it.</summary>
    /// <exception cref="DirectoryLockedException">Another live process holds it.</exception>
    public static DirectoryLock Acquire(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, ".lock");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new DirectoryLockedException(directory, ReadHolder(path));
        }

        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return new DirectoryLock(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string ReadHolder(string path)
    {
        try
        {
            // A plain read would ask for a shared lock and fail; the holder's id is advice only.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> text = stackalloc byte[20];
            return Encoding.UTF8.GetString(text[..RandomAccess.Read(handle, text, 0)]);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
