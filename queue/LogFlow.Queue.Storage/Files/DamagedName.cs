using System.Globalization;

namespace LogFlow.Queue.Storage;

/// <summary>Names of the files that keep damaged bytes: the first that is free, so that none is overwritten.</summary>
internal static class DamagedName
{
    public const string Suffix = ".damaged";

    public static string Next(IFileSystem files, string path)
    {
        var free = path;
        for (var number = 1; files.FileExists(free); number++)
        {
            free = $"{path}.{number.ToString(CultureInfo.InvariantCulture)}";
        }

        return free;
    }
}
