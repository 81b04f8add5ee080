using System.Globalization;

namespace LogFlow.Platform;

/// <summary>
/// Keeps a second process out of a data folder. The lock is the operating system's (released by any kind of death),
/// held on the file <c>.lock</c>; <c>.pid</c> beside it names the holder for the message that the second one prints.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Creates the folder where needed and locks it.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="isPrivate">A folder that is made here is the owner's alone (0700).</param>
    /// <exception cref="DirectoryLockedException">Another live process holds it.</exception>
    public static DirectoryLock Acquire(string directory, bool isPrivate = false)
    {
        if (isPrivate && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(
                directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        else
        {
            Directory.CreateDirectory(directory);
        }

        FileStream file;
        try
        {
            file = new FileStream(
                Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new DirectoryLockedException(directory, ReadHolder(directory));
        }

        File.WriteAllText(HolderPath(directory), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DirectoryLock(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

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
