using System.Globalization;
using System.Text;

namespace LogFlow.Platform;

/// <summary>
/// Keeps a second process out of a data folder. The lock is the operating system's (released by any kind of death),
/// held on the file <c>.lock</c>; <c>.pid</c> beside it names the holder for the message that the second one prints.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    /// <summary>Who only asks whether the folder is held holds it himself, for a moment.</summary>
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Creates the folder where needed and locks it.</summary>
    /// <exception cref="DirectoryLockedException">Another live process holds it.</exception>
    public static DirectoryLock Acquire(string directory)
    {
        PrivateFiles.CreateDirectory(directory);
        PrivateFiles.SyncName(directory);
        FileStream? file = null;
        if (!SpinWait.SpinUntil(() => (file = TryOpen(directory)) is not null, ReaderPatience))
        {
            throw new DirectoryLockedException(directory, ReadHolder(directory));
        }

        using (var holder = PrivateFiles.Open(HolderPath(directory), FileMode.Create, FileAccess.Write))
        {
            holder.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }

        return new DirectoryLock(file!);
    }

    /// <summary>
    /// Whether a live process holds a folder, as far as this one may see. To know, it holds the folder itself for a
    /// moment, as a reader.
    /// </summary>
    public static bool IsHeld(string directory)
    {
        try
        {
            using var file = PrivateFiles.Open(
                Path.Combine(directory, ".lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The lock; null where somebody else has it.</summary>
    private static FileStream? TryOpen(string directory)
    {
        try
        {
            return PrivateFiles.Open(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    private static string HolderPath(string directory) => Path.Combine(directory, ".pid");

    private static string ReadHolder(string directory)
    {
        try
        {
            return File.ReadAllText(HolderPath(directory));
        }
        catch (IOException)
        {
            // The holder's id is advice only.
            return "";
        }
    }
}
