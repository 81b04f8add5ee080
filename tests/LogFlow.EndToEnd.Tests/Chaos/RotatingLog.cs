using System.Globalization;
using System.Text;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// One program's log: lines that can be told from all others, written steadily, rotated now and then. Nothing is ever
/// deleted, and no line is written while a copy is made, so whatever is missing in the end was lost by us.
/// A line is <c>w3b12 i2 n12345 text</c>: writer and block (a word to search by), incarnation of the file, number.
/// </summary>
internal sealed class RotatingLog
{
    /// <summary>Lines of one block: fewer than one answer of a search may hold.</summary>
    public const int BlockLines = 2000;

    private readonly int _writer;
    private readonly string _path;
    private readonly Rotation _rotation;
    private readonly Random _random;
    private FileStream _file;
    private int _rotations;

    public RotatingLog(string folder, int writer, Rotation rotation, int seed)
    {
        _writer = writer;
        _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"w{writer}.log"));
        _rotation = rotation;
        _random = new Random(seed);
        _file = Open();
    }

    /// <summary>How many lines were written.</summary>
    public int Lines { get; private set; }

    /// <summary>The word that all lines of a block hold.</summary>
    public string BlockWord(int block) => string.Create(CultureInfo.InvariantCulture, $"w{_writer}b{block}");

    /// <summary>Writes a few lines, and perhaps rotates.</summary>
    public void Step()
    {
        var text = new StringBuilder();
        for (var count = _random.Next(1, 60); count > 0; count--)
        {
            text.Append(CultureInfo.InvariantCulture, $"{BlockWord(Lines / BlockLines)} i{_rotations} n{Lines} ");
            text.Append('x', _random.Next(0, 120)).Append('\n');
            Lines++;
        }

        _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        _file.Flush();
        if (_random.Next(40) == 0)
        {
            Rotate();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Close() => _file.Dispose();

    private FileStream Open() => new(
        _path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private void Rotate()
    {
        _rotations++;
        var dated = string.Create(CultureInfo.InvariantCulture, $"{_path}-20261129-{_rotations:000000}");
        switch (_rotation)
        {
            case Rotation.CopyTruncate:
                File.Copy(_path, dated);
                _file.SetLength(0);
                return;
            case Rotation.Date:
                _file.Dispose();
                File.Move(_path, dated);
                break;
            default:
                _file.Dispose();
                for (var index = _rotations; index > 1; index--)
                {
                    File.Move($"{_path}.{index - 1}", $"{_path}.{index}");
                }

                File.Move(_path, _path + ".1");
                break;
        }

        _file = Open();
    }
}
