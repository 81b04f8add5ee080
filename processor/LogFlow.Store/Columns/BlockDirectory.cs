using System.Text;

namespace LogFlow.Store;

/// <summary>
/// The columns of one block, in order of first appearance. Serialized behind the block's pages:
/// <code>
/// varint rows · varint columns · columns × {
///   blob name (UTF-8) · u8 type · u8 flags · u8 codec · varint present · varint rawLength
///   inline: blob page        else: varint offset · varint storedLength · u32 crc
///   HasBloom: varint bloomOffset · varint bloomLength · u32 bloomCrc
///   HasRange: i64 min · i64 max }
/// </code>
/// </summary>
internal sealed class BlockDirectory(int rowCount, ColumnEntry[] columns)
{
    private const int ColumnCountMax = 1 << 20;
    private const int RowCountMax = 1 << 24;

    public int RowCount { get; } = rowCount;

    public ColumnEntry[] Columns { get; } = columns;

    public ColumnEntry? Find(string physicalName)
    {
        foreach (var column in Columns)
        {
            if (column.Name == physicalName)
            {
                return column;
            }
        }

        return null;
    }

    public void Write(ByteWriter output)
    {
        output.WriteVarint((ulong)RowCount);
        output.WriteVarint((ulong)Columns.Length);
        foreach (var column in Columns)
        {
            output.WriteBlob(Encoding.UTF8.GetBytes(column.Name));
            output.WriteByte((byte)column.Type);
            output.WriteByte((byte)column.Flags);
            output.WriteByte((byte)column.Codec);
            output.WriteVarint((ulong)column.PresentCount);
            output.WriteVarint((ulong)column.RawLength);
            if (column.InlinePage is { } page)
            {
                output.WriteBlob(page);
            }
            else
            {
                output.WriteVarint((ulong)column.Offset);
                output.WriteVarint((ulong)column.StoredLength);
                output.WriteUInt32(column.Crc);
            }

            if (column.Has(ColumnFlags.HasBloom))
            {
                output.WriteVarint((ulong)column.BloomOffset);
                output.WriteVarint((ulong)column.BloomLength);
                output.WriteUInt32(column.BloomCrc);
            }

            if (column.Has(ColumnFlags.HasRange))
            {
                output.WriteInt64(column.Min);
                output.WriteInt64(column.Max);
            }
        }
    }

    /// <exception cref="CorruptDataException">The bytes are not a directory.</exception>
    public static BlockDirectory Read(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data);
        var rowCount = reader.ReadCount(RowCountMax);
        var columns = new ColumnEntry[reader.ReadCount(Math.Min(ColumnCountMax, data.Length))];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = ReadColumn(ref reader, rowCount);
        }

        return new BlockDirectory(rowCount, columns);
    }

    private static ColumnEntry ReadColumn(ref ByteReader reader, int rowCount)
    {
        var column = new ColumnEntry { Name = Encoding.UTF8.GetString(reader.ReadBlob()) };
        column.Type = (ColumnType)reader.ReadByte();
        column.Flags = (ColumnFlags)reader.ReadByte();
        column.Codec = (PageCodec)reader.ReadByte();
        column.PresentCount = reader.ReadCount(rowCount);
        column.RawLength = reader.ReadCount(int.MaxValue);
        if (column.Codec == PageCodec.Inline)
        {
            column.InlinePage = reader.ReadBlob().ToArray();
        }
        else
        {
            column.Offset = reader.ReadCount(int.MaxValue);
            column.StoredLength = reader.ReadCount(int.MaxValue);
            column.Crc = reader.ReadUInt32();
        }

        if (column.Has(ColumnFlags.HasBloom))
        {
            column.BloomOffset = reader.ReadCount(int.MaxValue);
            column.BloomLength = reader.ReadCount(int.MaxValue);
            column.BloomCrc = reader.ReadUInt32();
        }

        if (column.Has(ColumnFlags.HasRange))
        {
            column.Min = reader.ReadInt64();
            column.Max = reader.ReadInt64();
        }

        return column;
    }
}
