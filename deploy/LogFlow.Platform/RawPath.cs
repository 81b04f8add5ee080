using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace LogFlow.Platform;

/// <summary>
/// Names of files are bytes on Unix, and .NET turns those that are not UTF-8 into U+FFFD, which names nothing. Here
/// such a byte is kept in a string as a lone low surrogate, U+DC00 plus its value (as Python does), and comes back as
/// itself when the name is given to the system. Names that are UTF-8 look as ever.
/// </summary>
public static class RawPath
{
    private const char EscapeBase = '\uDC00';
    private const char EscapeFirst = '\uDC80';
    private const char EscapeLast = '\uDCFF';

    /// <summary>The string for a name as the system gave it.</summary>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name))
        {
            return Encoding.UTF8.GetString(name);
        }

        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
                name = name[length..];
            }
            else
            {
                text.Append((char)(EscapeBase + name[0]));
                name = name[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>Deletes the file, or link, of this name.</summary>
    /// <exception cref="IOException">The system refused; its error number is the HResult.</exception>
    public static void Delete(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            File.Delete(path);
            return;
        }

        if (LibC.Unlink(path) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
        }
    }

    /// <summary>The bytes that a string of <see cref="Decode"/> stands for.</summary>
    public static byte[] Encode(string path)
    {
        if (IsText(path))
        {
            return Encoding.UTF8.GetBytes(path);
        }

        var bytes = new List<byte>(path.Length + 8);
        Span<byte> buffer = stackalloc byte[4];
        for (var at = 0; at < path.Length;)
        {
            if (IsEscape(path[at]))
            {
                bytes.Add((byte)(path[at] - EscapeBase));
                at++;
                continue;
            }

            Rune.DecodeFromUtf16(path.AsSpan(at), out var rune, out var length);
            bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
            at += length;
        }

        return [.. bytes];
    }

    /// <summary>Whether a name is all text, so that it can be shown and sent as it is.</summary>
    public static bool IsText(ReadOnlySpan<char> path)
    {
        for (var at = 0; at < path.Length; at++)
        {
            if (char.IsHighSurrogate(path[at]) && at + 1 < path.Length && char.IsLowSurrogate(path[at + 1]))
            {
                at++;
            }
            else if (IsEscape(path[at]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The name for people and events: bytes that are not text as <c>\xE9</c>.</summary>
    public static string Display(string path)
    {
        if (IsText(path))
        {
            return path;
        }

        var text = new StringBuilder(path.Length + 8);
        for (var at = 0; at < path.Length; at++)
        {
            if (char.IsHighSurrogate(path[at]) && at + 1 < path.Length && char.IsLowSurrogate(path[at + 1]))
            {
                text.Append(path, at++, 2);
            }
            else if (IsEscape(path[at]))
            {
                text.Append("\\x").Append(((int)path[at] - EscapeBase).ToString(
                    "X2", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(path[at]);
            }
        }

        return text.ToString();
    }

    private static bool IsEscape(char letter) => letter is >= EscapeFirst and <= EscapeLast;
}
