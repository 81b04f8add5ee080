namespace LogFlow.Queue;

/// <summary>What a value is; the numbers are the protocol's.</summary>
internal enum ConfigType : sbyte
{
    Boolean = 1,
    String = 2,
    Int = 3,
    Long = 5,
    Double = 6,
    List = 7,
    Password = 9,
}
