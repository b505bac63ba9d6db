import { hotPathConformance } from '../conformance/hot-path.ts';

hotPathConformance('js');
