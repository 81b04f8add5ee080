namespace LogFlow.Processor.Pipeline;

/// <summary>
/// What an option of a plugin takes. Values are coerced as Logstash does ("5" is a number, a scalar a list).
/// </summary>
public enum SettingType
{
    /// <summary>Text.</summary>
    String,

    /// <summary>A file or folder.</summary>
    Path,

    /// <summary>Text that is never printed.</summary>
    Password,

    /// <summary>An integer or a fraction.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A list of texts; one text is a list of one.</summary>
    List,

    /// <summary>A hash; a list of pairs is one too.</summary>
    Hash,

    /// <summary>A size such as <c>10MB</c> or <c>10MiB</c>.</summary>
    Bytes,

    /// <summary>The path of a field.</summary>
    FieldReference,

    /// <summary>A list of field paths.</summary>
    FieldReferenceList,

    /// <summary>A codec.</summary>
    Codec,

    /// <summary>Anything.</summary>
    Any,
}
