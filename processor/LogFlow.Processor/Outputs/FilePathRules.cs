using System.Text;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>What a file system takes as a path, and what its refusals mean.</summary>
internal static class FilePathRules
{
    // Linux: NAME_MAX and PATH_MAX without its final NUL.
    private const int NameBytesMax = 255;
    private const int PathBytesMax = 4095;

    // errno of Linux, which .NET hands on in HResult where it has no exception of its own.
    private const int Einval = 22;
    private const int Enotdir = 20;
    private const int Eisdir = 21;
    private const int Eacces = 13;
    private const int Eexist = 17;
    private const int Enametoolong = 36;
    private const int Eloop = 40;

    /// <exception cref="EventFieldException">No file system takes the path.</exception>
    public static void Check(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > PathBytesMax)
        {
            throw new EventFieldException($"the path is longer than {PathBytesMax} bytes: {Shorten(path)}");
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan()[range];
            if (Encoding.UTF8.GetByteCount(name) > NameBytesMax)
            {
                throw new EventFieldException(
                    $"a part of the path is longer than {NameBytesMax} bytes: {Shorten(name.ToString())}");
            }
        }

        if (path.Contains('\0'))
        {
            throw new EventFieldException("the path holds a NUL");
        }
    }

    public static FileFault Judge(Exception error) => error switch
    {
        PathTooLongException or UnauthorizedAccessException or NotSupportedException or DirectoryNotFoundException =>
            FileFault.Path,
        IOException { HResult: Einval or Enotdir or Eisdir or Eacces or Eexist or Enametoolong or Eloop } =>
            FileFault.Path,
        _ => FileFault.Output,
    };

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
