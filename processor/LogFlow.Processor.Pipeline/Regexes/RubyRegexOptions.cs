namespace LogFlow.Processor.Pipeline;

/// <summary>How a pattern is read and run.</summary>
[Flags]
internal enum RubyRegexOptions
{
    None = 0,

    /// <summary>The dot matches line ends too (Ruby's m; grok always has it).</summary>
    DotAll = 1,

    /// <summary>Translate to machine code.</summary>
    Compiled = 2,

    /// <summary>Ignore case.</summary>
    IgnoreCase = 4,
}
