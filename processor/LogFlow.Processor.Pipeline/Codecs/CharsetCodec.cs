using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A codec of texts that are not UTF-8: what comes is read as the charset, what goes is written so. Bytes that are no
/// text of it become U+FFFD, characters that it does not have become <c>?</c>, as in Logstash.
/// </summary>
internal sealed class CharsetCodec(Encoding charset, ICodec inner) : ICodec
{
    /// <summary>The setting of all codecs that have it.</summary>
    public static SettingSpec Setting { get; } = new("charset", SettingType.String) { Default = "UTF-8" };

    /// <summary>The codec, in the charset that the settings name.</summary>
    public static ICodec Wrap(PluginContext context, ICodec inner)
    {
        var name = context.Settings.String("charset")!;
        if (Find(name) is { } charset)
        {
            return charset.CodePage == Encoding.UTF8.CodePage ? inner : new CharsetCodec(charset, inner);
        }

        context.Error(
            "charset", $"the charset '{name}' is not known",
            "write its name as Ruby does: UTF-8, UTF-16LE, ISO-8859-1, Windows-1252, Shift_JIS, GBK ...");
        return inner;
    }

    public void Decode(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch) =>
        inner.Decode(Encoding.UTF8.GetBytes(charset.GetString(bytes.Span)), now, batch);

    public void Encode(Event source, IBufferWriter<byte> output)
    {
        var text = new ArrayBufferWriter<byte>(256);
        inner.Encode(source, text);
        charset.GetBytes(Encoding.UTF8.GetString(text.WrittenSpan), output);
    }

    /// <summary>Ruby's names: those of the IANA, and its own for code pages.</summary>
    private static Encoding? Find(string name)
    {
        // Ruby's BINARY keeps bytes as they are; each is one character of ISO-8859-1.
        var known = name.ToUpperInvariant() switch
        {
            "BINARY" or "ASCII-8BIT" => "ISO-8859-1",
            "ASCII" => "US-ASCII",
            "UTF-16" => "UTF-16BE",
            "UTF-32" => "UTF-32BE",
            "WINDOWS-31J" or "CP932" or "SJIS" => "SHIFT_JIS",
            "CP936" => "GBK",
            "CP949" => "KS_C_5601-1987",
            "CP950" or "BIG5-UAO" => "BIG5",
            "EUCJP" or "EUCJP-MS" or "EUC-JP-MS" => "EUC-JP",
            "MACROMAN" => "MACINTOSH",
            ['C', 'P', .. var page] when int.TryParse(page, out var number) =>
                number is >= 1250 and <= 1258 or 874 ? $"WINDOWS-{number}" : $"IBM{number}",
            var other => other,
        };
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(known) ?? Encoding.GetEncoding(known);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
