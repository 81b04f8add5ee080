namespace LogFlow.Kafka.Protocol;

/// <summary>What is wrong with a record batch.</summary>
public enum RecordBatchError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Fewer bytes than a header, or than the length field says.</summary>
    Truncated,

    /// <summary>The length field is smaller than a header.</summary>
    InvalidLength,

    /// <summary>Not batch format 2.</summary>
    UnsupportedMagic,

    /// <summary>The checksum does not match.</summary>
    CrcMismatch,

    /// <summary>The record count is not positive, or is not the last offset delta plus one.</summary>
    InvalidCount,

    /// <summary>The attributes name a codec that does not exist.</summary>
    UnknownCompression,

    /// <summary>A producer id without epoch or sequence.</summary>
    InvalidProducer,

    /// <summary>In a log: the base offset is not where the batch before ended.</summary>
    OffsetOutOfOrder,
}
